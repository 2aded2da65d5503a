-- Index: idx_wf_effects.
UPDATE wf.effect AS e
SET is_incident = $3
WHERE e.organization_id = $1 AND e.id = $2
