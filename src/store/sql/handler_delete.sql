-- Index: idx_wf_handlers.
DELETE FROM wf.handler AS h
WHERE h.organization_id = $1 AND h.code = $2
