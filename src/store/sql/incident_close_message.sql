-- Index: idx_wf_messages.
DELETE FROM wf.message AS m
WHERE m.organization_id = $1 AND m.id = $3 AND m.instance_id = $2 AND m.incident IS NOT NULL
