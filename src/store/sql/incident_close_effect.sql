-- Index: idx_wf_effects.
UPDATE wf.effect AS e
SET is_incident = false
WHERE e.organization_id = $1 AND e.id = $3 AND e.instance_id = $2 AND e.is_incident
