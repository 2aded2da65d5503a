-- Index: idx_wf_guards.
SELECT pg_catalog.to_jsonb(g) - '{organization_id,code,created_at}'::pg_catalog.text[]
FROM wf.guard AS g
WHERE g.organization_id = $1 AND g.code = $2
