-- Index: idx_wf_instances.
UPDATE wf.instance AS i
SET paused_at = NULL, sla_at = i.sla_when_paused + ($3 - i.paused_at), sla_when_paused = NULL
WHERE i.organization_id = $1 AND i.id = $2
