-- Stores the results of effects that this worker holds with this attempt. Each is probed by its id alone, with bounds and order by it: few are
-- expected to be held when a plan is made, and a join would then read all that are, and what vacuum has not removed of those that were.
-- Index: idx_wf_effects_executing.
WITH held AS (
    SELECT found.place, answer.attempt, answer.output
    FROM ROWS FROM (
        pg_catalog.unnest($3::uuid[]), pg_catalog.unnest($4::integer[]), pg_catalog.unnest($5::jsonb[])
    ) AS answer (id, attempt, output)
    CROSS JOIN LATERAL (
        SELECT e.ctid AS place
        FROM wf.effect AS e
        WHERE e.status = 'EXECUTING' AND e.id >= answer.id AND e.id <= answer.id
        ORDER BY e.id
        LIMIT 1
    ) AS found
)
UPDATE wf.effect AS e
SET status = 'COMPLETED', completed_at = $2, output = held.output, lease_until = NULL
FROM held
WHERE e.ctid = held.place
  -- Always true, as in effect_claim.
  AND held.attempt = held.attempt + 0
  AND e.attempts = held.attempt
  AND e.worker = $1
  AND e.status = 'EXECUTING'
  AND ($6::uuid IS NULL OR e.organization_id = $6)
RETURNING e.organization_id, e.id, e.instance_id, e.seq, e.invoke_id, e.state, e.output, e.code
