-- Index: idx_wf_instances.
UPDATE wf.instance AS i
SET owner_team = $3, owner_user_id = $4
FROM wf.instance AS before
WHERE i.organization_id = $1 AND i.id = $2 AND before.organization_id = i.organization_id AND before.id = i.id
RETURNING before.owner_team, before.owner_user_id
