# shellcheck shell=bash disable=SC2154,SC2034
# B7: B1 as the tables grow, with a snapshot held open, and after many steps. The long form only.

[ "$form" = full ] || return 0
send_here() { # send_here TITLE CLIENTS: the send and its floor on all instances there are
    by_turns B7 "$1" "$2" 1 engine="$scripts/send.sql" cte="$scripts/send_cte.sql"
}
[ -e "$scripts/send.sql" ] || . tests/bench/b1_send.sh
small=$instances
instances=10000
for clients in 1 16 64; do send_here '10,000 instances' "$clients"; done
filled=$small
for grown in ${GROWTH:-1000000 5000000}; do
    say "B7, filling up to $grown instances"
    sql -c "CALL fill('turn', $filled + 1, $grown)" -c 'VACUUM (ANALYZE) wf.instance, floor.instance' -c CHECKPOINT
    filled=$grown instances=$grown
    for clients in 1 16 64; do send_here "$(printf "%'d" "$grown") instances" "$clients"; done
done
instances=$small

say "B7, with a snapshot held open"
rm -f "$target/snapshot"
mkfifo "$target/snapshot"
PGAPPNAME=holder sql -f "$target/snapshot" >/dev/null &
exec 8>"$target/snapshot"
echo 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM result.run;' >&8
send_here 'a snapshot held open' 16
exec 8>&-
wait
rm "$target/snapshot"

steps=${STEPS:-10000000}
say "B7, until wf.step holds $steps rows"
until [ "$(sql -c "SELECT count(*) >= $steps FROM wf.step")" = t ]; do
    sql -c "DO \$\$ BEGIN FOR i IN 1..200 LOOP
        PERFORM count(*) FROM wf_send_many(ARRAY(SELECT nth(n) FROM generate_series(1 + (i * 1000) % ($instances - 1000), (i * 1000) % ($instances - 1000) + 1000) AS n), 'NEXT');
        COMMIT; END LOOP; END \$\$"
done
send_here 'after many steps' 16
sql -c "
    INSERT INTO result.fact (figure, title, measure, value, unit)
    SELECT 'B7', 'wf.' || s.relname, f.measure, f.value, f.unit
    FROM pg_stat_user_tables AS s
    CROSS JOIN LATERAL (VALUES
        ('HOT updates', round(100.0 * s.n_tup_hot_upd / NULLIF(s.n_tup_upd, 0), 1), '%'),
        ('dead rows', s.n_dead_tup, ''), ('rows', s.n_live_tup, ''),
        ('table', pg_table_size(s.relid) / 1048576, 'MiB'), ('indexes', pg_indexes_size(s.relid) / 1048576, 'MiB')
    ) AS f (measure, value, unit)
    WHERE s.schemaname = 'wf' AND s.relname IN ('instance', 'step') AND f.value IS NOT NULL"
