-- What is due, oldest first, of one organization or of all. Index: idx_wf_timers_due.
SELECT t.organization_id, t.id, t.instance_id
FROM wf.timer AS t
WHERE t.status = 'PENDING'
  AND t.fire_at <= $1
  AND (t.retry_at IS NULL OR t.retry_at <= $1)
  AND ($2::uuid IS NULL OR t.organization_id = $2)
ORDER BY t.fire_at, t.id
LIMIT $3
