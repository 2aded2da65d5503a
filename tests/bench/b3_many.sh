# shellcheck shell=bash disable=SC2154,SC2034
# B3: 1,000 events, or 1,000 new instances, in one call.

ours=$(script_of send_many <<'SQL'
\set first random(1, :instances - 999)
SELECT count(*) FROM wf_send_many(ARRAY(SELECT nth(n) FROM generate_series(:first, :first + 999) AS n), 'NEXT');
SQL
)
set_based=$(script_of send_set <<'SQL'
\set first random(1, :instances - 999)
WITH moved AS (
    UPDATE floor.instance AS i
    SET seq = i.seq + 1, state = CASE i.state WHEN 'draft' THEN 'review' ELSE 'draft' END, updated_at = clock_timestamp()
    WHERE i.organization_id = '00000000-0000-0000-0000-000000000000'
      AND i.id = ANY (ARRAY(SELECT nth(n) FROM generate_series(:first, :first + 999) AS n))
    RETURNING i.organization_id, i.id, i.seq, i.state
), logged AS (
    INSERT INTO floor.step (
        organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, from_state, to_state, event, database_role
    )
    SELECT m.organization_id, m.id, m.seq, gen_random_uuid(), clock_timestamp(), 0.1, 'transition', 'active',
        CASE m.state WHEN 'draft' THEN 'review' ELSE 'draft' END, m.state, 'NEXT', current_user
    FROM moved AS m
    RETURNING instance_id, seq, from_state, to_state, status
)
SELECT count(*) FROM logged;
SQL
)
by_turns B3 'send many' 1 1000 engine="$ours" set="$set_based"

ours=$(script_of start_many <<'SQL'
SELECT count(*) FROM wf_start_many('turn', array_fill('{"customer": "C-7", "amount": 12.5}'::jsonb, ARRAY[1000]));
SQL
)
set_based=$(script_of start_set <<'SQL'
WITH made AS (
    INSERT INTO floor.instance (
        organization_id, id, definition_id, seq, created_at, updated_at, definition_version, definition_code, status, state, context
    )
    SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), '01920000-0000-7000-8000-000000000000', 1,
        clock_timestamp(), clock_timestamp(), 1, 'turn', 'active', 'draft',
        '{"customer": "C-10023", "amount": 129.9, "days": 3}'::jsonb || '{"customer": "C-7", "amount": 12.5}'::jsonb
    FROM generate_series(1, 1000)
    RETURNING organization_id, id, created_at
), logged AS (
    INSERT INTO floor.step (
        organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, to_state, event, database_role, payload
    )
    SELECT m.organization_id, m.id, 1, gen_random_uuid(), m.created_at, 0.1, 'start', 'active', 'draft', 'wf.start', current_user,
        '{"customer": "C-7", "amount": 12.5}'
    FROM made AS m
    RETURNING instance_id
)
SELECT count(*) FROM logged;
SQL
)
by_turns B3 'start many' 1 1000 engine="$ours" set="$set_based"
target B3 'send many' rate set '>=' 0.6
target B3 'start many' rate set '>=' 0.6
