-- Timers read again under their instances' locks, in a snapshot of their own. Index: idx_wf_timers.
SELECT
    wanted.place::integer, t.fire_at, t.fired_at, t.retry_at, t.attempts, t.status, t.kind, t.name, t.event, t.payload,
    t.ctid::text
FROM ROWS FROM (
    pg_catalog.unnest($1::uuid[]), pg_catalog.unnest($2::uuid[]), pg_catalog.unnest($3::uuid[])
) WITH ORDINALITY AS wanted (organization_id, instance_id, id, place)
CROSS JOIN LATERAL (
    SELECT
        t.fire_at, t.fired_at, t.retry_at, t.attempts, t.status, t.kind, t.name, t.event, t.payload, t.ctid
    FROM wf.timer AS t
    WHERE t.organization_id = wanted.organization_id AND t.instance_id = wanted.instance_id AND t.id = wanted.id
    LIMIT 1
) AS t
