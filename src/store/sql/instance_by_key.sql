-- Index: idx_wf_instances_key.
SELECT i.id
FROM wf.instance AS i
WHERE i.organization_id = $1 AND i.definition_code = $2 AND i.instance_key = $3
