-- An effect that failed waits again, at its old place, with other params where $3 is given; next_retry_at tells it from one that nobody
-- has put back. Index: idx_wf_effects.
UPDATE wf.effect AS e
SET status = 'PENDING', next_retry_at = e.created_at, is_incident = false, params = COALESCE($3, e.params)
WHERE e.organization_id = $1 AND e.id = $2
