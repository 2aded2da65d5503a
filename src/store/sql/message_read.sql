-- One message, read under its instance's lock. Index: idx_wf_messages.
SELECT m.effect_id, m.event, m.payload, m.actor_user_id, m.roles, m.attempts, m.next_attempt_at, m.line_code
FROM wf.message AS m
WHERE m.organization_id = $1 AND m.id = $2
