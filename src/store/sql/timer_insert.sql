INSERT INTO wf.timer (
    organization_id, id, instance_id, fire_at, created_at, attempts, is_relative, status, kind, name, event,
    entity_code, state, payload, calendar
)
SELECT $1, t.id, $2, t.fire_at, $3, 0, t.is_relative,
    CASE WHEN $13 THEN 'SUSPENDED' ELSE 'PENDING' END, t.kind, t.name, t.event, t.entity_code, t.state, t.payload,
    t.calendar
FROM ROWS FROM (
    pg_catalog.unnest($4::uuid[]), pg_catalog.unnest($5::timestamptz[]), pg_catalog.unnest($6::boolean[]),
    pg_catalog.unnest($7::text[]), pg_catalog.unnest($8::text[]), pg_catalog.unnest($9::text[]),
    pg_catalog.unnest($10::text[]), pg_catalog.unnest($11::text[]), pg_catalog.unnest($12::jsonb[]),
    pg_catalog.unnest($14::text[])
) AS t (id, fire_at, is_relative, kind, name, event, entity_code, state, payload, calendar)
