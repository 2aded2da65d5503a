-- Where effects stand that an answer did not reach. Index: idx_wf_effects, one probe per organization.
SELECT e.id, e.status
FROM wf.organization AS o
CROSS JOIN pg_catalog.unnest($1::uuid[]) AS asked (id)
JOIN wf.effect AS e ON e.organization_id = o.organization_id AND e.id = asked.id
WHERE $2::uuid IS NULL OR o.organization_id = $2
