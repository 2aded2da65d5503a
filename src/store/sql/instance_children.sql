-- The running children of an instance: all of them, or those that these states invoked.
-- Indexes: idx_wf_instances_parent, idx_wf_effects.
SELECT i.id, i.parent_effect_id
FROM wf.instance AS i
JOIN wf.effect AS e ON e.organization_id = i.organization_id AND e.id = i.parent_effect_id
WHERE i.organization_id = $1
  AND i.parent_id = $2
  AND i.status = 'active'
  AND ($3::text[] IS NULL OR e.state = ANY ($3))
ORDER BY i.id
