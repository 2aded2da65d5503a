-- An attempt came to nothing: again at $3, or never. Index: idx_wf_messages.
UPDATE wf.message AS m
SET attempts = m.attempts + 1, next_attempt_at = $3, incident = $4, last_error = $5
WHERE m.organization_id = $1 AND m.id = $2
