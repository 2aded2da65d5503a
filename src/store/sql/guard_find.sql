-- The function behind a guard code: the organization's own, else the shared one. Index: idx_wf_guards.
SELECT g.function, g.owner_role::oid, g.search_path
FROM wf.guard AS g
WHERE g.organization_id IN ($1, '00000000-0000-0000-0000-000000000000'::uuid)
  AND g.code = $2
ORDER BY g.organization_id DESC
LIMIT 1
