-- Index: idx_wf_handlers.
SELECT pg_catalog.to_jsonb(h) - '{organization_id,code,registered_by,registered_at}'::pg_catalog.text[]
FROM wf.handler AS h
WHERE h.organization_id = $1 AND h.code = $2
