-- The time was over before its turn. Index: idx_wf_timers.
UPDATE wf.timer AS t
SET status = 'PENDING', fired_at = NULL, attempts = t.attempts - 1
WHERE t.organization_id = $1 AND t.instance_id = $2 AND t.id = $3
