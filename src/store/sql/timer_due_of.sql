-- As timer_due, of one organization. Bounds and order by all columns of the index: no other gives them.
-- Index: idx_wf_timers_org_due.
SELECT t.organization_id, t.id, t.instance_id, t.fire_at
FROM wf.timer AS t
WHERE t.status = 'PENDING'
  AND (t.organization_id, t.fire_at, t.id) > ($5, $2, $3)
  AND (t.organization_id, t.fire_at) <= ($5, $1)
  AND (t.retry_at IS NULL OR t.retry_at <= $1)
ORDER BY t.organization_id, t.fire_at, t.id
LIMIT $4
