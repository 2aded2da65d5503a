-- What lies in the inbox of an instance. Index: idx_wf_messages_instance.
SELECT m.event, m.incident, m.last_error
FROM wf.message AS m
WHERE m.organization_id = $1 AND m.instance_id = $2
ORDER BY m.created_at, m.id
