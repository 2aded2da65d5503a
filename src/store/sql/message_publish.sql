-- Stores an event for whoever has its key; nothing where its id is known. Index: idx_wf_messages_message_id.
INSERT INTO wf.message (
    organization_id, id, created_at, next_attempt_at, expires_at, attempts, event, message_id, correlation_key,
    actor_user_id, roles, payload
)
VALUES ($1, $2, $3, $3, $4, 0, $5, $6, $7, $8, $9, $10)
ON CONFLICT (organization_id, message_id) WHERE message_id IS NOT NULL DO NOTHING
