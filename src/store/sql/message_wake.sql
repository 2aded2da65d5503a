-- The instance has begun, moved or been resumed: what waits for it may match now. Whatever was put off goes back to the
-- moment of its arrival, so that messages are tried in the order in which they came. What somebody else is at is due
-- already. Indexes: idx_wf_messages_instance, idx_wf_messages_correlation.
WITH waiting AS (
    SELECT m.id
    FROM wf.message AS m
    WHERE m.organization_id = $1
      AND (m.instance_id = $2 OR m.correlation_key = $3)
      AND (m.next_attempt_at > m.created_at OR m.attempts > 0 AND $2 <> ALL (COALESCE(m.held_for, '{}')))
    FOR UPDATE SKIP LOCKED
)
UPDATE wf.message AS m
SET next_attempt_at = LEAST(m.created_at, $4), held_for = array_append(array_remove(m.held_for, $2), $2)
FROM waiting
WHERE m.organization_id = $1 AND m.id = waiting.id
