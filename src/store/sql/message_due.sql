-- What is to be delivered or has expired, oldest first. Index: idx_wf_messages_due.
SELECT m.organization_id, m.id, m.instance_id
FROM wf.message AS m
WHERE m.next_attempt_at <= $1
  AND ($2::uuid IS NULL OR m.organization_id = $2)
ORDER BY m.next_attempt_at, m.id
LIMIT $3
