-- One version of a code: the organization's own, else the shared one. Index: idx_wf_definitions_version.
SELECT d.id, d.organization_id
FROM wf.definition AS d
WHERE d.organization_id IN ($1, '00000000-0000-0000-0000-000000000000'::uuid)
  AND d.code = $2
  AND d.version = $3
ORDER BY d.organization_id DESC
LIMIT 1
