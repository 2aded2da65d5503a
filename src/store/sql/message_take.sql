-- Holds a published message while it is delivered, unless somebody else does. Index: idx_wf_messages.
SELECT m.event, m.payload, m.actor_user_id, m.roles, m.correlation_key, m.expires_at, m.created_at, m.attempts
FROM wf.message AS m
WHERE m.organization_id = $1 AND m.id = $2 AND m.next_attempt_at <= $3
FOR UPDATE SKIP LOCKED
