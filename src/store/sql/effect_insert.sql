INSERT INTO wf.effect (
    organization_id, id, instance_id, step_id, seq, created_at, attempts, status, is_incident, code, lane, invoke_id, state, retry, timeout,
    params
)
SELECT $1, e.id, $2, $3, $4, $5, 0, 'PENDING', false, e.code, $6, e.invoke_id, e.state, e.retry, e.timeout::interval, e.params
FROM ROWS FROM (
    pg_catalog.unnest($7::uuid[]), pg_catalog.unnest($8::text[]), pg_catalog.unnest($9::text[]),
    pg_catalog.unnest($10::text[]), pg_catalog.unnest($11::jsonb[]), pg_catalog.unnest($12::text[]),
    pg_catalog.unnest($13::jsonb[])
) AS e (id, code, invoke_id, state, retry, timeout, params)
