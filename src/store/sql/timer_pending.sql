-- The open timers of an instance, the next one first, and those of its states that failed and were not made anew.
-- Index: idx_wf_timers.
SELECT t.kind, t.name, t.event, t.state, t.status, GREATEST(t.fire_at, t.retry_at), t.last_error
FROM wf.timer AS t
WHERE t.organization_id = $1
  AND t.instance_id = $2
  AND (
      t.status IN ('PENDING', 'SUSPENDED')
      OR t.status = 'FAILED' AND t.kind = 'after' AND NOT EXISTS (
          SELECT FROM wf.timer AS n
          WHERE n.organization_id = t.organization_id
            AND n.instance_id = t.instance_id
            AND n.id > t.id
            AND n.name = t.name
      )
  )
ORDER BY t.fire_at, t.id
