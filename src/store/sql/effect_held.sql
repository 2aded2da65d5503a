-- Locks effects that this worker holds with this attempt, each probed by its id as in effect_complete.
-- Index: idx_wf_effects_executing.
SELECT e.organization_id, e.id, e.instance_id, e.seq, e.attempts, e.invoke_id, e.state, e.retry, e.code, answer.ordinal
FROM (
    SELECT answer.id, answer.attempt, answer.ordinal
    FROM ROWS FROM (pg_catalog.unnest($2::uuid[]), pg_catalog.unnest($3::integer[])) WITH ORDINALITY
        AS answer (id, attempt, ordinal)
    ORDER BY answer.id
) AS answer
CROSS JOIN LATERAL (
    SELECT e.organization_id, e.id, e.instance_id, e.seq, e.attempts, e.invoke_id, e.state, e.retry, e.code
    FROM wf.effect AS e
    WHERE e.status = 'EXECUTING'
      AND e.id >= answer.id
      AND e.id <= answer.id
      AND e.attempts = answer.attempt
      AND e.worker = $1
      AND ($4::uuid IS NULL OR e.organization_id = $4)
    ORDER BY e.id
    LIMIT 1
    FOR UPDATE OF e
) AS e
