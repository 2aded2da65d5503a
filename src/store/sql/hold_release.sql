-- Ends a hold. Index: idx_wf_effect_holds_open.
UPDATE wf.effect_hold AS h
SET released_at = $3, released_by = $4, released_as = $5
WHERE h.organization_id = $1 AND h.pattern = $2 AND h.released_at IS NULL
RETURNING h.held_at
