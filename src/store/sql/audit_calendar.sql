-- Index: idx_wf_calendars.
SELECT pg_catalog.to_jsonb(c) - '{organization_id,code,created_at,updated_at,updated_by}'::pg_catalog.text[]
FROM wf.calendar AS c
WHERE c.organization_id = $1 AND c.code = $2
