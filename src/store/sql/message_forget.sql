-- A message whose time is over makes way for a new one with its id. Index: idx_wf_messages_message_id.
DELETE FROM wf.message AS m
WHERE m.organization_id = $1 AND m.message_id = $2 AND m.expires_at <= $3
