-- The open timers of an instance, the next one first. Index: idx_wf_timers_instance.
SELECT t.kind, t.name, t.event, t.status, GREATEST(t.fire_at, t.retry_at)
FROM wf.timer AS t
WHERE t.organization_id = $1
  AND t.instance_id = $2
  AND t.status IN ('PENDING', 'SUSPENDED')
ORDER BY t.fire_at, t.id
