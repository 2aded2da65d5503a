-- Takes effects for a worker: of each queue given ($1 code, $2 organization, $3 lane) at most $4, oldest first. A queue with a
-- limit ($5) counts its starts, and an effect of it that began after $6 waits. Paused instances keep theirs. Those of an instance that
-- was cancelled while a claim that was rolled back held them are ended, unless an operator has put them back since (PENDING with a
-- next_retry_at). Index: idx_wf_effects_ready.
WITH ready AS (
    SELECT found.place, found.attempts, found.attempts + 1 AS attempt, found.is_ended, queue.is_limited
    FROM ROWS FROM (
        pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::uuid[]), pg_catalog.unnest($3::text[]),
        pg_catalog.unnest($4::integer[]), pg_catalog.unnest($5::boolean[]), pg_catalog.unnest($6::timestamptz[])
    ) AS queue (code, organization_id, lane, share, is_limited, started_before)
    CROSS JOIN LATERAL (
        SELECT e.ctid AS place, e.attempts, i.state = 'CANCELLED' AND (e.status = 'FAILED' OR e.next_retry_at IS NULL) AS is_ended
        FROM wf.effect AS e
        -- Bounds and order by both columns of idx_wf_instances, or a plan made for an empty table reads every instance.
        CROSS JOIN LATERAL (
            SELECT i.state, i.paused_at
            FROM wf.instance AS i
            WHERE i.organization_id = e.organization_id AND i.id >= e.instance_id AND i.id <= e.instance_id
            ORDER BY i.organization_id, i.id
            LIMIT 1
        ) AS i
        WHERE e.status IN ('PENDING', 'FAILED')
          AND e.code = queue.code
          AND e.organization_id = queue.organization_id
          AND e.lane = queue.lane
          AND COALESCE(e.next_retry_at, e.created_at) <= $7
          AND (e.started_at IS NULL OR e.started_at <= queue.started_before)
          AND i.paused_at IS NULL
        ORDER BY e.code, e.organization_id, e.lane, COALESCE(e.next_retry_at, e.created_at), e.id
        LIMIT queue.share
        FOR UPDATE OF e SKIP LOCKED
    ) AS found
)
UPDATE wf.effect AS e
SET status = CASE WHEN ready.is_ended THEN 'CANCELLED' ELSE 'EXECUTING' END,
    worker = CASE WHEN ready.is_ended THEN e.worker ELSE $8 END,
    attempts = CASE WHEN ready.is_ended THEN e.attempts ELSE ready.attempt END,
    lease_until = CASE WHEN NOT ready.is_ended THEN $9 END,
    next_retry_at = NULL,
    started_at = CASE WHEN ready.is_limited AND NOT ready.is_ended THEN $7 END
FROM ready
-- The row is locked, so it stays where it is.
WHERE e.ctid = ready.place
  -- Always true: few rows are expected, so that each is fetched by its place, also where the plan was made for an empty table.
  AND ready.attempts = ready.attempt - 1
RETURNING e.id, e.code, e.params, e.organization_id, e.instance_id, e.seq, e.attempts, e.lane, ready.is_ended
