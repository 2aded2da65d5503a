# shellcheck shell=bash disable=SC2154,SC2034
# B4: overdue timers with their transitions, drained in batches; and how late the worker fires what comes due.

sql -f tests/bench/b4_timers.sql >/dev/null
for ((round = 0; round < rounds; round++)); do
    say "B4 timers, $backlog overdue, round $((round + 1))"
    sql -c "CALL backlog($backlog)" -c 'VACUUM (ANALYZE) wf.instance, wf.timer, wf.step, floor.instance, floor.timer, floor.step'
    record B4 'drain timers' engine 1 timed "$backlog" 'CALL drain()'
    record B4 'drain timers' set 1 timed "$backlog" 'CALL floor.drain()'
done
target B4 'drain timers' rate set '>=' 0.5

say "B4 timers, how late they fire"
# Late is the commit, not the begin of the batch.
restart_with "shared_preload_libraries = 'pg_workflow'" "track_commit_timestamp = on"
sql -c "SELECT count(wf_start('once', jsonb_build_object('delay', 500 + n * 5))) FROM generate_series(1, 1000) AS n" >/dev/null
until [ "$(sql -c "SELECT NOT EXISTS (SELECT FROM wf.timer WHERE status = 'PENDING')")" = t ]; do sleep 0.5; done
sql -c "
    INSERT INTO result.fact (figure, title, measure, value, unit)
    SELECT 'B4', '1,000 timers in 5 s', 'lateness p' || p.share, percentile_cont(p.share / 100.0) WITHIN GROUP (
        ORDER BY extract(epoch FROM pg_xact_commit_timestamp(t.xmin) - t.fire_at) * 1000
    ), 'ms'
    FROM (VALUES (50), (99)) AS p (share), (SELECT t.xmin, t.fire_at FROM wf.timer AS t ORDER BY t.fire_at DESC LIMIT 1000) AS t
    GROUP BY p.share ORDER BY p.share"
restart_with
