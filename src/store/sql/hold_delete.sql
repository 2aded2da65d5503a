-- Index: idx_wf_holds.
DELETE FROM wf.hold AS h WHERE h.organization_id = $1 AND h.instance_id = $2
