-- One result. Index: idx_wf_effects.
UPDATE wf.effect AS e
SET status = 'COMPLETED', completed_at = $3, output = $4, attempts = $5, next_retry_at = NULL, lease_until = NULL
WHERE e.organization_id = $1 AND e.id = $2
