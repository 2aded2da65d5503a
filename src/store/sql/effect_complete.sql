-- Stores the results of effects that this worker holds with this attempt. Index: idx_wf_effects_executing.
UPDATE wf.effect AS e
SET status = 'COMPLETED', completed_at = $2, output = answer.output, lease_until = NULL
FROM ROWS FROM (
    pg_catalog.unnest($3::uuid[]), pg_catalog.unnest($4::integer[]), pg_catalog.unnest($5::jsonb[])
) AS answer (id, attempt, output)
WHERE e.id = answer.id
  AND e.attempts = answer.attempt
  AND e.worker = $1
  AND e.status = 'EXECUTING'
  AND ($6::uuid IS NULL OR e.organization_id = $6)
RETURNING e.organization_id, e.id, e.instance_id, e.seq, e.invoke_id, e.state, e.output, e.code
