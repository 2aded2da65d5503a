-- Where a task is, when only its id is known: one probe of idx_wf_tasks per organization.
SELECT found.instance_id
FROM wf.organization AS o
CROSS JOIN LATERAL (
    SELECT t.instance_id FROM wf.task AS t WHERE t.organization_id = o.organization_id AND t.id = $1
) AS found
WHERE $2::uuid IS NULL OR o.organization_id = $2
