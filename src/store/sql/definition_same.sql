-- The version that holds the same document. Index: idx_wf_definitions_hash.
SELECT d.id, d.version, d.is_current
FROM wf.definition AS d
WHERE d.organization_id = $1 AND d.code = $2 AND d.hash = $3
