-- Index: idx_wf_definitions_current.
UPDATE wf.definition AS d
SET is_current = false
WHERE d.organization_id = $1 AND d.code = $2 AND d.is_current
