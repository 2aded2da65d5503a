-- The organization of an effect: one probe of idx_wf_effects for each.
SELECT e.organization_id
FROM wf.organization AS o
JOIN wf.effect AS e ON e.organization_id = o.organization_id AND e.id = $1
WHERE $2::uuid IS NULL OR o.organization_id = $2
