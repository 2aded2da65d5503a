-- How many effects began under a limit after $4: of a code, of one organization and lane or of all.
-- Index: idx_wf_effects_started.
SELECT pg_catalog.count(*)
FROM wf.effect AS e
WHERE e.started_at > $4
  AND e.code = $1
  AND ($2::uuid IS NULL OR e.organization_id = $2)
  AND ($3::text IS NULL OR e.lane = $3)
