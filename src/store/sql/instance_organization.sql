-- Where an instance is, when only its id is known: one probe of idx_wf_instances per organization.
SELECT o.organization_id
FROM wf.organization AS o
CROSS JOIN LATERAL (
    SELECT FROM wf.instance AS i WHERE i.organization_id = o.organization_id AND i.id = $1
) AS found
