-- Effects whose worker let its lease run out. Index: idx_wf_effects_lease.
SELECT e.organization_id, e.id, e.instance_id, e.seq, e.attempts, e.invoke_id, e.state, e.retry, e.code,
    COALESCE(e.worker = 'wf', false)
FROM wf.effect AS e
WHERE e.status = 'EXECUTING'
  AND e.lease_until < $1
  AND ($2::uuid IS NULL OR e.organization_id = $2)
ORDER BY e.lease_until
LIMIT $3
FOR UPDATE SKIP LOCKED
