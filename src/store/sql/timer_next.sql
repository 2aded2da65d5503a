-- The moment of the next timer. Index: idx_wf_timers_due.
SELECT GREATEST(t.fire_at, t.retry_at)
FROM wf.timer AS t
WHERE t.status = 'PENDING'
  AND ($1::uuid IS NULL OR t.organization_id = $1)
ORDER BY t.fire_at, t.id
LIMIT 1
