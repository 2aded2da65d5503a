-- Index: idx_wf_members.
DELETE FROM wf.member AS m
WHERE m.role = $1 AND m.capability = $3 AND m.organization_id IS NOT DISTINCT FROM $2
