-- A published message goes on for its other receivers. Index: idx_wf_messages.
UPDATE wf.message AS m
SET incident = NULL, last_error = NULL, failed_for = NULL
WHERE m.organization_id = $1 AND m.id = $3 AND m.failed_for = $2 AND m.incident IS NOT NULL
