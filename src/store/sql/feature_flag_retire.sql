-- Index: idx_wf_feature_flags_current.
UPDATE wf.feature_flag AS f
SET is_current = false
WHERE f.organization_id = $1 AND f.is_global = $2 AND f.definition_code = $3 AND f.is_current
