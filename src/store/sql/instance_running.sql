-- Index: idx_wf_instances_org_state, where an organization is given.
SELECT i.organization_id, i.id
FROM wf.instance AS i
WHERE ($1::uuid IS NULL OR i.organization_id = $1)
  AND i.status = 'active'
  AND ($2::text IS NULL OR i.definition_code = $2)
  AND (i.paused_at IS NOT NULL) = $3
