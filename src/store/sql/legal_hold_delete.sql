-- Index: idx_wf_legal_holds.
DELETE FROM wf.legal_hold AS h WHERE h.organization_id = $1 AND h.instance_id = $2
