-- The timers of the states that were left. Index: idx_wf_timers_instance.
UPDATE wf.timer AS t
SET status = 'CANCELLED'
WHERE t.organization_id = $1
  AND t.instance_id = $2
  AND t.status IN ('PENDING', 'SUSPENDED')
  AND t.kind = 'after'
  AND t.state = ANY ($3)
