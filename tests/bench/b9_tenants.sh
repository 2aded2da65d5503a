# shellcheck shell=bash disable=SC2154,SC2034
# B9: B1 and a list as a role that may take part in every organization, 2,000 of them with one shared definition.

organizations=2000
sql -c "CALL fill('turn', $instances * 50 + 1, $instances * 51)" -c "
    UPDATE wf.instance AS i SET organization_id = nth(1 + n % $organizations)
    FROM generate_series($instances * 50 + 1, $instances * 51) AS n WHERE i.organization_id = nth(0) AND i.id = nth(n)" -c "
    UPDATE floor.instance AS i SET organization_id = nth(1 + n % $organizations)
    FROM generate_series($instances * 50 + 1, $instances * 51) AS n WHERE i.organization_id = nth(0) AND i.id = nth(n)" -c "
    INSERT INTO wf.organization (organization_id, created_at) SELECT nth(n), now() FROM generate_series(1, $organizations) AS n" -c '
    CREATE ROLE bench_participant LOGIN' -c "
    SELECT wf_grant('bench_participant', 'participant')" -c '
    GRANT USAGE ON SCHEMA floor TO bench_participant' -c '
    GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA floor TO bench_participant' -c '
    VACUUM (ANALYZE) wf.instance, floor.instance' >/dev/null
ours=$(script_of tenant_send <<SQL
\set n :instances * 50 + random(1, :instances)
SELECT * FROM wf_send(nth(:n), 'NEXT', organization_id => nth(1 + :n % $organizations));
SQL
)
cte=$(script_of tenant_cte <<SQL
\set n :instances * 50 + random(1, :instances)
WITH moved AS (
    UPDATE floor.instance AS i
    SET seq = i.seq + 1, state = CASE i.state WHEN 'draft' THEN 'review' ELSE 'draft' END, updated_at = clock_timestamp()
    WHERE i.organization_id = nth(1 + :n % $organizations) AND i.id = nth(:n)
    RETURNING i.organization_id, i.id, i.seq, i.state
)
INSERT INTO floor.step (
    organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, from_state, to_state, event, database_role
)
SELECT m.organization_id, m.id, m.seq, gen_random_uuid(), clock_timestamp(), 0.1, 'transition', 'active',
    CASE m.state WHEN 'draft' THEN 'review' ELSE 'draft' END, m.state, 'NEXT', current_user
FROM moved AS m
RETURNING instance_id, seq, from_state, to_state, status;
SQL
)
list=$(script_of tenant_list <<SQL
\set organization random(1, $organizations)
SELECT count(*) FROM wf_list_instances('turn', organization_id => nth(:organization));
SQL
)
list_by_hand=$(script_of tenant_list_by_hand <<SQL
\set organization random(1, $organizations)
SELECT count(*) FROM (
    SELECT i.* FROM floor.instance AS i
    WHERE i.organization_id = nth(:organization) AND i.definition_code = 'turn'
    ORDER BY i.created_at DESC, i.id DESC LIMIT 50
) AS page;
SQL
)
bench_role=bench_participant
for clients in ${long:+1} 16; do
    by_turns B9 'send as a participant' "$clients" 1 engine="$ours" cte="$cte"
done
by_turns B9 'list as a participant' 1 1 engine="$list" query="$list_by_hand"
bench_role=postgres
