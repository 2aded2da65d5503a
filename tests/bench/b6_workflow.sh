# shellcheck shell=bash disable=SC2154,SC2034
# B6: a workflow from its start through three steps to its end, each in its own transaction.

sql -c "SELECT version FROM wf_define('{\"id\": \"three\", \"initial\": \"draft\", \"context\": {\"customer\": \"C-10023\"}, \"states\": {
    \"draft\": {\"on\": {\"SUBMIT\": \"review\"}}, \"review\": {\"on\": {\"APPROVE\": \"paying\"}},
    \"paying\": {\"on\": {\"PAID\": \"done\"}}, \"done\": {\"type\": \"final\"}}}')" >/dev/null
ours=$(script_of workflow <<'SQL'
SELECT wf_start('three') AS id \gset
SELECT * FROM wf_send(:id, 'SUBMIT');
SELECT * FROM wf_send(:id, 'APPROVE');
SELECT * FROM wf_send(:id, 'PAID');
SQL
)
# step_by_hand FROM TO STATUS EVENT
step_by_hand() {
    cat <<SQL
WITH moved AS (
    UPDATE floor.instance AS i
    SET seq = i.seq + 1, state = '$2', status = '$3', updated_at = clock_timestamp()
    WHERE i.organization_id = '00000000-0000-0000-0000-000000000000' AND i.id = :id AND i.state = '$1'
    RETURNING i.organization_id, i.id, i.seq
)
INSERT INTO floor.step (
    organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, from_state, to_state, event, database_role
)
SELECT m.organization_id, m.id, m.seq, gen_random_uuid(), clock_timestamp(), 0.1, 'transition', '$3', '$1', '$2', '$4', current_user
FROM moved AS m
RETURNING instance_id, seq, from_state, to_state, status;
SQL
}
floor=$({
    cat <<'SQL'
WITH made AS (
    INSERT INTO floor.instance (
        organization_id, id, definition_id, seq, created_at, updated_at, definition_version, definition_code, status, state, context
    )
    SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), '01920000-0000-7000-8000-000000000000', 1,
        clock_timestamp(), clock_timestamp(), 1, 'three', 'active', 'draft', '{"customer": "C-10023"}'
    RETURNING organization_id, id, created_at
)
INSERT INTO floor.step (
    organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, to_state, event, database_role
)
SELECT m.organization_id, m.id, 1, gen_random_uuid(), m.created_at, 0.1, 'start', 'active', 'draft', 'wf.start', current_user
FROM made AS m
RETURNING instance_id AS id \gset
SQL
    step_by_hand draft review active SUBMIT
    step_by_hand review paying active APPROVE
    step_by_hand paying 'done' completed PAID
} | script_of workflow_by_hand)
for clients in 1 16; do
    by_turns B6 'workflow of three steps' "$clients" 1 engine="$ours" hand="$floor"
done
