-- Open timers besides those of states, for the limit and for names in use. Index: idx_wf_timers_instance.
SELECT t.name
FROM wf.timer AS t
WHERE t.organization_id = $1
  AND t.instance_id = $2
  AND t.status IN ('PENDING', 'SUSPENDED')
  AND t.kind <> 'after'
