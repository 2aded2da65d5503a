-- Delays move by the time spent paused, moments stay. Those that a calendar counts are answered, to be moved in its time.
-- Index: idx_wf_timers_instance.
WITH resumed AS (
    UPDATE wf.timer AS t
    SET status = 'PENDING',
        fire_at = t.fire_at + (t.is_relative AND t.calendar IS NULL)::integer * ($4 - GREATEST($3, t.created_at))
    WHERE t.organization_id = $1 AND t.instance_id = $2 AND t.status = 'SUSPENDED'
    RETURNING t.id, t.fire_at, t.is_relative, GREATEST($3, t.created_at) AS waited_from, t.calendar
)
SELECT r.id, r.fire_at, r.waited_from, r.calendar
FROM resumed AS r
WHERE r.is_relative AND r.calendar IS NOT NULL
