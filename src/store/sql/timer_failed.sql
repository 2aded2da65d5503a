-- A firing that failed: again at $5, or never where $5 is null. Index: idx_wf_timers.
UPDATE wf.timer AS t
SET status = $6, attempts = t.attempts + 1, last_error = $4, retry_at = $5
WHERE t.organization_id = $1 AND t.instance_id = $2 AND t.id = $3
