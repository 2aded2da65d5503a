-- Delays move by the time spent paused, moments stay. Index: idx_wf_timers_instance.
UPDATE wf.timer AS t
SET status = 'PENDING',
    fire_at = t.fire_at + t.is_relative::integer * ($4 - GREATEST($3, t.created_at))
WHERE t.organization_id = $1 AND t.instance_id = $2 AND t.status = 'SUSPENDED'
