-- An instance and its running descendants. Indexes: idx_wf_instances, idx_wf_instances_parent.
WITH RECURSIVE family AS (
    SELECT i.id FROM wf.instance AS i WHERE i.organization_id = $1 AND i.id = $2
    UNION ALL
    SELECT child.id
    FROM family
    JOIN wf.instance AS child
        ON child.organization_id = $1 AND child.parent_id = family.id AND child.status = 'active'
)
SELECT family.id FROM family
