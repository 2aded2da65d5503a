-- Index: idx_wf_definitions.
UPDATE wf.definition AS d
SET is_current = true
WHERE d.organization_id = $1 AND d.id = $2
