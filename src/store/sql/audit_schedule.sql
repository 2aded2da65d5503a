-- What was set, not what became of it. Index: idx_wf_schedules.
SELECT pg_catalog.jsonb_build_object(
    'cron', s.cron, 'time_zone', s.time_zone, 'definition_code', s.definition_code, 'input', s.input,
    'misfire', s.misfire, 'overlap', s.overlap
)
FROM wf.schedule AS s
WHERE s.organization_id = $1 AND s.name = $2
