-- Takes effects that never ran for a worker: of each code and organization the oldest, at most $3. Paused instances keep
-- theirs. The inner query locks, so it stays one scan of idx_wf_effects_ready for each.
WITH ready AS (
    SELECT e.organization_id, e.id
    FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::uuid[])) AS wanted (code, organization_id)
    CROSS JOIN LATERAL (
        SELECT e.organization_id, e.id
        FROM wf.effect AS e
        JOIN wf.instance AS i ON i.organization_id = e.organization_id AND i.id = e.instance_id
        WHERE e.status = 'PENDING'
          AND e.code = wanted.code
          AND e.organization_id = wanted.organization_id
          AND i.paused_at IS NULL
        ORDER BY e.id
        LIMIT $3
        FOR UPDATE OF e SKIP LOCKED
    ) AS e
    LIMIT $4
)
UPDATE wf.effect AS e
SET status = 'EXECUTING', worker = $5, attempts = e.attempts + 1, lease_until = $6
FROM ready
WHERE e.organization_id = ready.organization_id AND e.id = ready.id
RETURNING e.id, e.code, e.params, e.organization_id, e.instance_id, e.seq, e.attempts
