-- As effect_claim, for effects that failed and are to be tried again by now, the longest due first.
-- Index: idx_wf_effects_retry.
WITH ready AS (
    SELECT e.organization_id, e.id
    FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::uuid[])) AS wanted (code, organization_id)
    CROSS JOIN LATERAL (
        SELECT e.organization_id, e.id
        FROM wf.effect AS e
        JOIN wf.instance AS i ON i.organization_id = e.organization_id AND i.id = e.instance_id
        WHERE e.status = 'FAILED'
          AND e.code = wanted.code
          AND e.organization_id = wanted.organization_id
          AND e.next_retry_at <= $7
          AND i.paused_at IS NULL
        ORDER BY e.next_retry_at, e.id
        LIMIT $3
        FOR UPDATE OF e SKIP LOCKED
    ) AS e
    LIMIT $4
)
UPDATE wf.effect AS e
SET status = 'EXECUTING', worker = $5, attempts = e.attempts + 1, lease_until = $6, next_retry_at = NULL
FROM ready
WHERE e.organization_id = ready.organization_id AND e.id = ready.id
RETURNING e.id, e.code, e.params, e.organization_id, e.instance_id, e.seq, e.attempts
