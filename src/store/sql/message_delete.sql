-- Index: idx_wf_messages.
DELETE FROM wf.message AS m
WHERE m.organization_id = $1 AND m.id = $2
