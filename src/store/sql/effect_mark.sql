-- An attempt of the scheduler's that begins, committed before its function runs. Index: idx_wf_effects.
UPDATE wf.effect AS e
SET status = 'EXECUTING', attempts = e.attempts + 1, worker = 'wf', next_retry_at = NULL, lease_until = $3
WHERE e.organization_id = $1 AND e.id = $2
