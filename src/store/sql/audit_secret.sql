-- That it is set, never what it is. Index: idx_wf_secrets.
SELECT pg_catalog.jsonb_build_object('set_at', s.set_at)
FROM wf.secret AS s
WHERE s.organization_id = $1 AND s.name = $2
