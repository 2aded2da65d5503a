-- Index: idx_wf_legal_holds.
INSERT INTO wf.legal_hold (organization_id, instance_id, held_at, held_by, reason)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (organization_id, instance_id)
DO UPDATE SET held_at = excluded.held_at, held_by = excluded.held_by, reason = excluded.reason
