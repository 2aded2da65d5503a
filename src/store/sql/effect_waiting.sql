-- The invokes of an instance whose answer has not come. Index: idx_wf_effects_instance.
SELECT e.invoke_id, e.code, e.status, e.attempts, e.next_retry_at
FROM wf.effect AS e
WHERE e.organization_id = $1
  AND e.instance_id = $2
  AND e.invoke_id IS NOT NULL
  AND e.status IN ('PENDING', 'EXECUTING', 'FAILED', 'PERMANENTLY_FAILED')
ORDER BY e.id
