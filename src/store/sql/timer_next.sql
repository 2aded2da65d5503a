-- The moment of the next timer: the first that was never tried, or the first that is tried again.
-- Indexes: idx_wf_timers_due, idx_wf_timers_retry.
SELECT LEAST(
    (
        SELECT t.fire_at
        FROM wf.timer AS t
        WHERE t.status = 'PENDING'
          AND t.retry_at IS NULL
          AND ($1::uuid IS NULL OR t.organization_id = $1)
        ORDER BY t.fire_at, t.id
        LIMIT 1
    ),
    (
        SELECT t.retry_at
        FROM wf.timer AS t
        WHERE t.status = 'PENDING'
          AND t.retry_at IS NOT NULL
          AND ($1::uuid IS NULL OR t.organization_id = $1)
        ORDER BY t.retry_at
        LIMIT 1
    )
)
