-- The oldest finished instances of an organization that can go, locked; those that somebody holds are left for later.
-- Index: idx_wf_instances_org_state (nobody is updated before they are created).
SELECT p.id
FROM wf.purgeable AS p
WHERE p.organization_id = $1 AND p.created_at < $2 AND p.updated_at < $2
ORDER BY p.created_at
LIMIT $3
FOR UPDATE SKIP LOCKED
