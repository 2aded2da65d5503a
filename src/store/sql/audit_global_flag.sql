-- Index: idx_wf_feature_flags_current.
SELECT pg_catalog.jsonb_build_object('enabled', f.enabled, 'global', f.is_global)
FROM wf.feature_flag AS f
WHERE f.organization_id = $1 AND f.definition_code = $2 AND f.is_global AND f.is_current
