-- One attempt failed: again at $5, or for good. Index: idx_wf_effects.
UPDATE wf.effect AS e
SET status = $3, last_error = $4, next_retry_at = $5, error_type = $6, is_incident = $7, lease_until = NULL,
    attempts = $8
WHERE e.organization_id = $1 AND e.id = $2
