-- A published message stays for those who may take it later. Index: idx_wf_messages.
UPDATE wf.message AS m
SET attempts = m.attempts + 1, next_attempt_at = $3, incident = $4, last_error = $5, failed_for = $6, held_for = $7
WHERE m.organization_id = $1 AND m.id = $2
