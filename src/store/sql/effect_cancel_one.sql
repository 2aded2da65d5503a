-- Index: idx_wf_effects.
UPDATE wf.effect AS e
SET status = 'CANCELLED', next_retry_at = NULL, lease_until = NULL
WHERE e.organization_id = $1 AND e.id = $2
