-- What is due, oldest first, behind the row ($2, $3), of all organizations. Index: idx_wf_timers_due.
SELECT t.organization_id, t.id, t.instance_id, t.fire_at
FROM wf.timer AS t
WHERE t.status = 'PENDING'
  AND t.fire_at <= $1
  AND (t.fire_at, t.id) > ($2, $3)
  AND (t.retry_at IS NULL OR t.retry_at <= $1)
ORDER BY t.fire_at, t.id
LIMIT $4
