-- How many effects wait under a pattern ($2: as wf.effect_hold.pattern), of one organization or, for zero, of all.
-- Index: idx_wf_effects_ready.
SELECT pg_catalog.count(*)
FROM wf.effect AS e
WHERE e.status IN ('PENDING', 'FAILED')
  AND ($1 = '00000000-0000-0000-0000-000000000000'::uuid OR e.organization_id = $1)
  AND (
      $2 IN (e.code, e.code || '.*', '*')
      OR pg_catalog.right($2, 2) = '.*' AND pg_catalog.starts_with(e.code, pg_catalog.left($2, -1))
  )
