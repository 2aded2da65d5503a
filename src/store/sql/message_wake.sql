-- The instance has moved: what waits for it may match now. Index: idx_wf_messages_instance.
UPDATE wf.message AS m
SET next_attempt_at = $3
WHERE m.organization_id = $1
  AND m.instance_id = $2
  AND m.next_attempt_at > $3
