INSERT INTO wf.member (role, organization_id, capability, granted_by, granted_at)
SELECT $1, $2, $3, $4, $5
WHERE NOT EXISTS (
    -- Index: idx_wf_members.
    SELECT FROM wf.member AS m
    WHERE m.role = $1 AND m.capability = $3 AND m.organization_id IS NOT DISTINCT FROM $2
)
