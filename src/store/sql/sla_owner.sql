-- Index: idx_wf_instances.
SELECT i.owner_team, i.owner_user_id
FROM wf.instance AS i
WHERE i.organization_id = $1 AND i.id = $2
