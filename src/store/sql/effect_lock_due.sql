-- As effect_claim, for the scheduler: it locks what it takes and writes nothing before the result is there. $8 and $9 bound
-- the ids. Says which of them are to be ended. Index: idx_wf_effects_ready.
SELECT
    queue.code, queue.organization_id, queue.lane, found.id, found.instance_id, found.seq, found.attempts, found.invoke_id,
    found.state, found.retry, (EXTRACT(epoch FROM found.timeout) * 1000000)::bigint, found.params, found.context,
    found.place::text, queue.is_limited, found.is_ended
FROM ROWS FROM (
    pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::uuid[]), pg_catalog.unnest($3::text[]),
    pg_catalog.unnest($4::integer[]), pg_catalog.unnest($5::boolean[]), pg_catalog.unnest($6::timestamptz[])
) AS queue (code, organization_id, lane, share, is_limited, started_before)
CROSS JOIN LATERAL (
    SELECT
        e.ctid AS place, e.id, e.instance_id, e.seq, e.attempts, e.invoke_id, e.state, e.retry, e.timeout, e.params, i.context,
        i.state = 'CANCELLED' AND (e.status = 'FAILED' OR e.next_retry_at IS NULL) AS is_ended
    FROM wf.effect AS e
    -- Bounds and order by both columns of idx_wf_instances, or a plan made for an empty table reads every instance.
    CROSS JOIN LATERAL (
        SELECT i.context, i.state, i.paused_at
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
      AND e.id >= $8
      AND e.id <= $9
      AND i.paused_at IS NULL
    ORDER BY e.code, e.organization_id, e.lane, COALESCE(e.next_retry_at, e.created_at), e.id
    LIMIT queue.share
    FOR UPDATE OF e SKIP LOCKED
) AS found
