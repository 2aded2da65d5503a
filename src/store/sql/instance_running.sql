-- The running instances of a definition that are paused or are not, and their running descendants in the same pause or in
-- none. Indexes: idx_wf_instances_org_state, where an organization is given; idx_wf_instances_parent, idx_wf_instances.
WITH RECURSIVE family AS (
    SELECT i.organization_id, i.id, i.paused_at
    FROM wf.instance AS i
    WHERE ($1::uuid IS NULL OR i.organization_id = $1)
      AND i.status = 'active'
      AND ($2::text IS NULL OR i.definition_code = $2)
      AND (i.paused_at IS NOT NULL) = $3
    UNION
    SELECT child.organization_id, child.id, family.paused_at
    FROM family
    JOIN wf.instance AS child
        ON child.organization_id = family.organization_id AND child.parent_id = family.id AND child.status = 'active'
)
SELECT DISTINCT i.organization_id, i.id
FROM family
JOIN wf.instance AS i ON i.organization_id = family.organization_id AND i.id = family.id
WHERE i.paused_at IS NOT DISTINCT FROM family.paused_at
