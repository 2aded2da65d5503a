# shellcheck shell=bash disable=SC2154,SC2034
# B1: one event for one of many instances, each in its own transaction.

ours=$(script_of send <<'SQL'
\set n random(1, :instances)
SELECT * FROM wf_send(nth(:n), 'NEXT');
SQL
)
cte=$(script_of send_cte <<'SQL'
\set n random(1, :instances)
WITH moved AS (
    UPDATE floor.instance AS i
    SET seq = i.seq + 1, state = CASE i.state WHEN 'draft' THEN 'review' ELSE 'draft' END, updated_at = clock_timestamp()
    WHERE i.organization_id = '00000000-0000-0000-0000-000000000000' AND i.id = nth(:n)
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
plpgsql=$(script_of send_plpgsql <<'SQL'
\set n random(1, :instances)
SELECT floor.send('00000000-0000-0000-0000-000000000000', nth(:n), 'NEXT');
SQL
)

sql -f tests/bench/b1_send.sql
for clients in 1 4 16; do
    by_turns B1 send "$clients" 1 engine="$ours" cte="$cte" plpgsql="$plpgsql"
done
target B1 send rate cte '>=' 0.85
target B1 send rate plpgsql '>=' 1.0
target B1 send wal cte '<=' 1.15
