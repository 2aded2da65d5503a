-- Index: idx_wf_instances.
UPDATE wf.instance AS i
SET paused_at = $3, sla_at = NULL
WHERE i.organization_id = $1 AND i.id = $2
