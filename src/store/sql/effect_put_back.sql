-- An effect that failed waits again, with other params where $3 is given. Index: idx_wf_effects.
UPDATE wf.effect AS e
SET status = 'PENDING', next_retry_at = NULL, is_incident = false, params = COALESCE($3, e.params)
WHERE e.organization_id = $1 AND e.id = $2
