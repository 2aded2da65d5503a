-- As timer_due, of one organization. Index: idx_wf_timers_org_due.
SELECT t.organization_id, t.id, t.instance_id, t.fire_at
FROM wf.timer AS t
WHERE t.status = 'PENDING'
  AND t.organization_id = $5
  AND t.fire_at <= $1
  AND (t.fire_at, t.id) > ($2, $3)
  AND (t.retry_at IS NULL OR t.retry_at <= $1)
ORDER BY t.fire_at, t.id
LIMIT $4
