-- Locks the effects of an instance, of one step where $3 is given, that failed; one that somebody is taking right now is passed over.
-- Index: idx_wf_effects_instance.
SELECT e.organization_id, e.id, e.instance_id, e.seq, e.attempts, e.invoke_id, e.state, e.retry, e.code, e.status, e.lane
FROM wf.effect AS e
WHERE e.organization_id = $1
  AND e.instance_id = $2
  AND ($3::bigint IS NULL OR e.seq = $3)
  AND e.status IN ('FAILED', 'PERMANENTLY_FAILED')
ORDER BY e.id
FOR UPDATE SKIP LOCKED
