-- Index: idx_wf_timers.
UPDATE wf.timer AS t
SET fire_at = $4
WHERE t.organization_id = $1 AND t.instance_id = $2 AND t.id = $3
