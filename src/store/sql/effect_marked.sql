-- An attempt that was committed before its function runs, locked while it does. Index: idx_wf_effects.
SELECT e.ctid::text
FROM wf.effect AS e
WHERE e.organization_id = $1
  AND e.id = $2
  AND e.status = 'EXECUTING'
  AND e.attempts = $3
  AND e.worker = 'wf'
FOR UPDATE SKIP LOCKED
