-- Locks several instances, in the order of their ids, so that two that do so never wait for each other in a circle.
-- Index: idx_wf_instances.
SELECT i.id
FROM wf.instance AS i
JOIN ROWS FROM (pg_catalog.unnest($1::uuid[]), pg_catalog.unnest($2::uuid[])) AS wanted (organization_id, id)
    ON wanted.organization_id = i.organization_id AND wanted.id = i.id
ORDER BY i.id
FOR NO KEY UPDATE OF i
