-- The moment of the next timer, overdue ones included: the first that was never tried, or the first that is tried
-- again. Indexes: idx_wf_timers_due, idx_wf_timers_retry; idx_wf_timers_org_due where $1 is given.
SELECT LEAST(
    CASE WHEN $1::uuid IS NULL THEN (
        SELECT t.fire_at
        FROM wf.timer AS t
        WHERE t.status = 'PENDING' AND t.retry_at IS NULL
        ORDER BY t.fire_at, t.id
        LIMIT 1
    ) ELSE (
        SELECT t.fire_at
        FROM wf.timer AS t
        WHERE t.status = 'PENDING'
          AND t.retry_at IS NULL
          AND (t.organization_id, t.fire_at) >= ($1, '-infinity')
          AND t.organization_id <= $1
        ORDER BY t.organization_id, t.fire_at, t.id
        LIMIT 1
    ) END,
    (
        SELECT t.retry_at
        FROM wf.timer AS t
        WHERE t.status = 'PENDING' AND t.retry_at IS NOT NULL AND ($1 IS NULL OR t.organization_id = $1)
        ORDER BY t.retry_at
        LIMIT 1
    )
)
