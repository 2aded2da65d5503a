-- Open timers by name, of whatever kind. Index: idx_wf_timers_instance.
UPDATE wf.timer AS t
SET status = 'CANCELLED'
WHERE t.organization_id = $1
  AND t.instance_id = $2
  AND t.status IN ('PENDING', 'SUSPENDED')
  AND t.name = ANY ($3)
RETURNING t.name
