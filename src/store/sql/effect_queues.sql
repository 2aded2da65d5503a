-- The queues of the outbox that have anything, of these codes (all that workers get unasked where $1 is NULL), of the organizations from
-- $2 to $3: at most $4 of each code. Held codes are left out. From queue to queue is one probe, however long they are.
-- Index: idx_wf_effects_ready; for holds idx_wf_effect_holds_open.
WITH RECURSIVE present (code) AS (
    (
        SELECT e.code
        FROM wf.effect AS e
        WHERE e.status IN ('PENDING', 'FAILED') AND $1::text[] IS NULL
        ORDER BY e.code
        LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT e.code
        FROM wf.effect AS e
        WHERE e.status IN ('PENDING', 'FAILED') AND e.code > present.code
        ORDER BY e.code
        LIMIT 1
    )
    FROM present
    WHERE present.code IS NOT NULL
), wanted (code) AS (
    SELECT present.code FROM present WHERE present.code IS NOT NULL
    UNION
    SELECT asked.code FROM pg_catalog.unnest($1::text[]) AS asked (code)
)
SELECT wanted.code, queue.organization_id, queue.lane, queue.due_at
FROM wanted
CROSS JOIN LATERAL (
    WITH RECURSIVE queue (organization_id, lane, due_at) AS (
        (
            SELECT e.organization_id, e.lane, COALESCE(e.next_retry_at, e.created_at) AS due_at
            FROM wf.effect AS e
            WHERE e.status IN ('PENDING', 'FAILED')
              AND e.code = wanted.code
              AND e.organization_id >= $2
              AND e.organization_id <= $3
            ORDER BY e.code, e.organization_id, e.lane, COALESCE(e.next_retry_at, e.created_at), e.id
            LIMIT 1
        )
        UNION ALL
        SELECT next.organization_id, next.lane, next.due_at
        FROM queue
        CROSS JOIN LATERAL (
            SELECT e.organization_id, e.lane, COALESCE(e.next_retry_at, e.created_at) AS due_at
            FROM wf.effect AS e
            WHERE e.status IN ('PENDING', 'FAILED')
              AND e.code = wanted.code
              AND (e.organization_id, e.lane) > (queue.organization_id, queue.lane)
              AND e.organization_id <= $3
            ORDER BY e.code, e.organization_id, e.lane, COALESCE(e.next_retry_at, e.created_at), e.id
            LIMIT 1
        ) AS next
    )
    SELECT queue.organization_id, queue.lane, queue.due_at FROM queue LIMIT $4
) AS queue
WHERE wanted.code <> 'wf.workflow'
  AND NOT EXISTS (
      SELECT
      FROM wf.effect_hold AS h
      WHERE h.released_at IS NULL
        AND h.organization_id IN (queue.organization_id, '00000000-0000-0000-0000-000000000000')
        AND (
            h.pattern IN (wanted.code, wanted.code || '.*', '*')
            OR pg_catalog.right(h.pattern, 2) = '.*'
            AND pg_catalog.starts_with(wanted.code, pg_catalog.left(h.pattern, -1))
        )
  )
