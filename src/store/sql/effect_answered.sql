-- A child has ended well. Index: idx_wf_effects.
UPDATE wf.effect AS e
SET status = 'COMPLETED', completed_at = $3, output = $4
WHERE e.organization_id = $1 AND e.id = $2
