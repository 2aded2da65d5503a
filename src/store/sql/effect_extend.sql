-- Prolongs the leases of effects that this worker holds with this attempt. Index: idx_wf_effects_executing.
UPDATE wf.effect AS e
SET lease_until = $2
FROM ROWS FROM (pg_catalog.unnest($3::uuid[]), pg_catalog.unnest($4::integer[])) AS held (id, attempt)
WHERE e.id = held.id
  AND e.attempts = held.attempt
  AND e.worker = $1
  AND e.status = 'EXECUTING'
  AND ($5::uuid IS NULL OR e.organization_id = $5)
RETURNING e.id
