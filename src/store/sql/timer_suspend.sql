-- Index: idx_wf_timers_instance.
UPDATE wf.timer AS t
SET status = 'SUSPENDED'
WHERE t.organization_id = $1 AND t.instance_id = $2 AND t.status = 'PENDING'
