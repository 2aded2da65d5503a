-- The earliest moment after $1 at which a timer has something to do. Indexes: idx_wf_timers_due, idx_wf_timers_retry.
SELECT LEAST(
    (
        SELECT t.fire_at
        FROM wf.timer AS t
        WHERE t.status = 'PENDING' AND t.fire_at > $1 AND t.retry_at IS NULL
        ORDER BY t.fire_at, t.id
        LIMIT 1
    ),
    (
        SELECT t.retry_at
        FROM wf.timer AS t
        WHERE t.status = 'PENDING' AND t.retry_at > $1
        ORDER BY t.retry_at
        LIMIT 1
    )
)
