-- Index: idx_wf_slas.
UPDATE wf.sla AS s
SET started_at = $4, target_at = $5, warn_at = $6, warned_at = $7, breached_at = $8, next_at = $9, paused_micros = $10,
    override_hours = $11, rungs = $12, state = $13, calendar = $14, last_error = NULL
WHERE s.organization_id = $1 AND s.instance_id = $2 AND s.id = $3
