-- The result that an operator supplies, whoever holds the effect. Index: idx_wf_effects.
UPDATE wf.effect AS e
SET status = 'COMPLETED', completed_at = $3, output = $4, next_retry_at = NULL, lease_until = NULL, is_incident = false
WHERE e.organization_id = $1 AND e.id = $2
