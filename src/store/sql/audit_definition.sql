-- Index: idx_wf_definitions_current.
SELECT pg_catalog.jsonb_build_object('version', d.version)
FROM wf.definition AS d
WHERE d.organization_id = $1 AND d.code = $2 AND d.is_current
