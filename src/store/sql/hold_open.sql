-- Since when a code is held, why and by whom. Index: idx_wf_effect_holds_open.
SELECT h.held_at, h.reason, h.held_by
FROM wf.effect_hold AS h
WHERE h.organization_id = $1 AND h.pattern = $2 AND h.released_at IS NULL
