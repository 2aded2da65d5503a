-- Locks effects that this worker holds with this attempt. Index: idx_wf_effects_executing.
SELECT e.organization_id, e.id, e.instance_id, e.seq, e.attempts, e.invoke_id, e.state, e.retry, e.code, answer.ordinal
FROM ROWS FROM (pg_catalog.unnest($2::uuid[]), pg_catalog.unnest($3::integer[])) WITH ORDINALITY
    AS answer (id, attempt, ordinal)
JOIN wf.effect AS e ON e.id = answer.id AND e.attempts = answer.attempt
WHERE e.worker = $1
  AND e.status = 'EXECUTING'
  AND ($4::uuid IS NULL OR e.organization_id = $4)
ORDER BY e.id
FOR UPDATE OF e
