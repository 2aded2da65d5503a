-- Holds a code, unless it is held. Index: idx_wf_effect_holds_open.
INSERT INTO wf.effect_hold (organization_id, id, held_at, pattern, reason, held_by, held_as)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (organization_id, pattern) WHERE released_at IS NULL DO NOTHING
