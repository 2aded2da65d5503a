-- Index: idx_wf_timers.
UPDATE wf.timer AS t
SET status = 'FIRED', fired_at = $4, attempts = t.attempts + 1, last_error = NULL, retry_at = NULL
WHERE t.organization_id = $1 AND t.instance_id = $2 AND t.id = $3
