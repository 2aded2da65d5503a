# shellcheck shell=bash disable=SC2154,SC2034
# B2: a new instance.

ours=$(script_of start <<'SQL'
SELECT wf_start('turn', '{"customer": "C-7", "amount": 12.5}');
SQL
)
inserts=$(script_of start_inserts <<'SQL'
WITH made AS (
    INSERT INTO floor.instance (
        organization_id, id, definition_id, seq, created_at, updated_at, definition_version, definition_code, status, state, context
    )
    SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), '01920000-0000-7000-8000-000000000000', 1,
        clock_timestamp(), clock_timestamp(), 1, 'turn', 'active', 'draft',
        '{"customer": "C-10023", "amount": 129.9, "days": 3}'::jsonb || '{"customer": "C-7", "amount": 12.5}'::jsonb
    RETURNING organization_id, id, created_at
)
INSERT INTO floor.step (
    organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, to_state, event, database_role, payload
)
SELECT m.organization_id, m.id, 1, gen_random_uuid(), m.created_at, 0.1, 'start', 'active', 'draft', 'wf.start', current_user,
    '{"customer": "C-7", "amount": 12.5}'
FROM made AS m
RETURNING instance_id;
SQL
)

# The short form leaves out what lies between.
for clients in 1 ${long:+4} 16; do
    by_turns B2 start "$clients" 1 engine="$ours" inserts="$inserts"
done
target B2 start rate inserts '>=' 0.8
