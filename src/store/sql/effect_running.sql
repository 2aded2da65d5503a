-- How many effects run under a limit: of a code, of one organization and lane or of all. Index: idx_wf_effects_running.
SELECT pg_catalog.count(*)
FROM wf.effect AS e
WHERE e.status = 'EXECUTING'
  AND e.started_at IS NOT NULL
  AND e.code = $1
  AND ($2::uuid IS NULL OR e.organization_id = $2)
  AND ($3::text IS NULL OR e.lane = $3)
