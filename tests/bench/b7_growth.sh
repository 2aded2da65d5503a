# shellcheck shell=bash disable=SC2154,SC2034
# B7: B1 as the tables grow, with a snapshot held open, and after many steps. The long form only. What it is compared with runs by
# turns with it: the same clients on a database with 10,000 instances, the same without the snapshot.
# GROWTH ("1000000 5000000") and STEPS (10000000) say how far, GROWTH_BUFFERS (8GB) in how much memory.

[ -n "$long" ] || return 0
[ -e "$scripts/send.sql" ] || . tests/bench/b1_send.sh
small=10000
# All rows in memory, and no page written whole into the WAL: what depth and distance cost is measured here. Pages after a
# checkpoint have a line of their own.
restart_with "shared_buffers = ${GROWTH_BUFFERS:-8GB}" "checkpoint_timeout = 1d" "max_wal_size = 100GB"
on_cluster -d postgres -c 'CREATE DATABASE small TEMPLATE bench' >/dev/null
on_cluster -d small -c "DELETE FROM wf.instance AS i WHERE i.id > nth($small)" -c 'VACUUM FULL wf.instance' -c 'VACUUM (ANALYZE)' >/dev/null

at_size() { # at_size INSTANCES COMMAND...: with the database that has as many
    local instances=$1 bench_database=bench
    [ "$instances" != "$small" ] || bench_database=small
    "${@:2}"
}
updates() { sql -F ' ' -c "SELECT s.n_tup_upd, s.n_tup_hot_upd FROM pg_stat_user_tables AS s WHERE s.relid = 'wf.instance'::regclass"; }
hot_since() { # hot_since TITLE UPDATES: the share of HOT updates since then
    sql -c 'CALL wait_for_quiet()'
    sql -c "INSERT INTO result.fact (figure, title, measure, value, unit)
        SELECT 'B7', '$1', 'HOT updates', 100.0 * (a[2] - b[2]) / (a[1] - b[1]), '%'
        FROM (SELECT string_to_array('$2', ' ')::numeric[], string_to_array('$(updates)', ' ')::numeric[]) AS x (b, a)"
    target B7 "$1" 'HOT updates' '' '>=' 95
}

target B7 "10,000 instances" rate cte '>=' 0.85
filled=$instances
for grown in "$small" ${GROWTH:-1000000 5000000}; do
    title="$(sed -E ':a; s/^([0-9]+)([0-9]{3})/\1,\2/; ta' <<<"$grown") instances"
    if [ "$grown" != "$small" ]; then
        say "B7, filling up to $title"
        sql -c "CALL fill('turn', $filled + 1, $grown)" -c 'VACUUM (ANALYZE) wf.instance, floor.instance'
        filled=$grown
        target B7 "$title" rate 'at 10,000' '>=' 0.85
    fi
    before=$(updates)
    for clients in 1 16 64; do
        say "B7 $title, $clients clients"
        for ((round = 0; round <= rounds; round++)); do
            # Round 0 warms up.
            measure=(record B7 "$title")
            [ "$round" != 0 ] || measure=(uncounted B7 "$title")
            at_size "$grown" "${measure[@]}" engine "$clients" pgbench_of "$clients" "$scripts/send.sql"
            at_size "$grown" "${measure[@]}" cte "$clients" pgbench_of "$clients" "$scripts/send_cte.sql"
            [ "$grown" = "$small" ] || at_size "$small" "${measure[@]}" 'at 10,000' "$clients" pgbench_of "$clients" "$scripts/send.sql"
        done
    done
    [ "$grown" = "$small" ] || hot_since "$title" "$before"
done

say "B7 $title, after a checkpoint"
for ((round = 0; round < rounds; round++)); do
    for who in engine=send cte=send_cte; do
        sql -c CHECKPOINT
        at_size "$grown" record B7 "after a checkpoint" "${who%=*}" 16 pgbench_of 16 "$scripts/${who#*=}.sql"
    done
done

hold() { # a snapshot held open until release
    rm -f "$target/snapshot"
    mkfifo "$target/snapshot"
    PGAPPNAME=holder sql -f "$target/snapshot" >/dev/null &
    exec 8>"$target/snapshot"
    echo 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM result.run;' >&8
    until [ "$(sql -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holder' AND state = 'idle in transaction'")" = 1 ]; do sleep 0.05; done
}
release() {
    exec 8>&-
    wait $!
    rm "$target/snapshot"
    # What the snapshot kept must not slow down the runs without one.
    sql -c 'VACUUM wf.instance, floor.instance'
}
for clients in 1 16; do
    say "B7 a snapshot held open, $clients clients"
    for ((round = 0; round < rounds; round++)); do
        hold
        record B7 'a snapshot held open' engine "$clients" pgbench_of "$clients" "$scripts/send.sql"
        release
        record B7 'a snapshot held open' without "$clients" pgbench_of "$clients" "$scripts/send.sql"
        hold
        record B7 'a snapshot held open' cte "$clients" pgbench_of "$clients" "$scripts/send_cte.sql"
        release
    done
done
target B7 'a snapshot held open' rate without '>=' 0.7

steps=${STEPS:-10000000}
say "B7, until wf.step holds $steps rows"
sql -c CHECKPOINT
until [ "$(sql -c "SELECT count(*) >= $steps FROM wf.step")" = t ]; do
    sql -c "DO \$\$ BEGIN FOR i IN 1..200 LOOP
        PERFORM count(*) FROM wf_send_many(ARRAY(SELECT nth(n) FROM generate_series(1 + (i * 1000) % ($instances - 1000), (i * 1000) % ($instances - 1000) + 1000) AS n), 'NEXT');
        COMMIT; END LOOP; END \$\$"
done
before=$(updates)
by_turns B7 'after many steps' 16 1 engine="$scripts/send.sql" cte="$scripts/send_cte.sql"
hot_since 'after many steps' "$before"
sql -c "
    INSERT INTO result.fact (figure, title, measure, value, unit)
    SELECT 'B7', 'wf.' || s.relname, f.measure, f.value, f.unit
    FROM pg_stat_user_tables AS s
    CROSS JOIN LATERAL (VALUES
        ('rows', s.n_live_tup, ''), ('dead rows', s.n_dead_tup, ''),
        ('table', pg_table_size(s.relid) / 1048576, 'MiB'), ('indexes', pg_indexes_size(s.relid) / 1048576, 'MiB')
    ) AS f (measure, value, unit)
    WHERE s.schemaname = 'wf' AND s.relname IN ('instance', 'step')"
restart_with
