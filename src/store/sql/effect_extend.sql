-- Prolongs the leases of effects that this worker holds with this attempt, each probed by its id as in effect_complete.
-- Index: idx_wf_effects_executing.
WITH held AS (
    SELECT found.place, answer.attempt
    FROM ROWS FROM (pg_catalog.unnest($3::uuid[]), pg_catalog.unnest($4::integer[])) AS answer (id, attempt)
    CROSS JOIN LATERAL (
        SELECT e.ctid AS place
        FROM wf.effect AS e
        WHERE e.status = 'EXECUTING' AND e.id >= answer.id AND e.id <= answer.id
        ORDER BY e.id
        LIMIT 1
    ) AS found
)
UPDATE wf.effect AS e
SET lease_until = $2
FROM held
WHERE e.ctid = held.place
  -- Always true, as in effect_claim.
  AND held.attempt = held.attempt + 0
  AND e.attempts = held.attempt
  AND e.worker = $1
  AND e.status = 'EXECUTING'
  AND ($5::uuid IS NULL OR e.organization_id = $5)
RETURNING e.id
