-- Index: idx_wf_instances.
UPDATE wf.instance AS i
SET paused_at = NULL, sla_at = $3
WHERE i.organization_id = $1 AND i.id = $2
