-- One version by its id, of the organization or shared. Index: idx_wf_definitions.
SELECT d.code, d.version, d.owner_role::oid, d.search_path, d.document
FROM wf.definition AS d
WHERE d.organization_id IN ($1, '00000000-0000-0000-0000-000000000000'::uuid)
  AND d.id = $2
