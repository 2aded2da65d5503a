-- One timer, read under its instance's lock. Index: idx_wf_timers.
SELECT t.fire_at, t.fired_at, t.retry_at, t.attempts, t.status, t.kind, t.name, t.event, t.payload
FROM wf.timer AS t
WHERE t.organization_id = $1 AND t.instance_id = $2 AND t.id = $3
