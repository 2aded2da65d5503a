-- The deadline of a locked instance, beside a step that does not move it. Index: idx_wf_instances.
UPDATE wf.instance AS i
SET sla_at = $3
WHERE i.organization_id = $1 AND i.id = $2
