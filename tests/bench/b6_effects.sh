# shellcheck shell=bash disable=SC2154,SC2034
# B6: a workflow of three SQL effects, from a backlog of started instances to their ends, by one background worker.

sql -f tests/bench/b6_effects.sql >/dev/null
no_worker="SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'pg_workflow worker')"
all_done="SELECT NOT EXISTS (SELECT FROM wf.instance WHERE definition_code = 'three_effects' AND status = 'active')"
# wait_until QUERY: until it says t.
wait_until() {
    until [ "$(sql -c "$1")" = t ]; do sleep 0.2; done
}
# drain COUNT: starts so many while no worker is there, and sets wal and commits to what the starts and the worker wrote and committed.
drain() {
    local begun ended
    sql -c 'ALTER DATABASE bench SET pg_workflow.enabled = off'
    wait_until "$no_worker"
    IFS=' ' read -r _ wal <<<"$(server_counters)"
    sql -c "SELECT count(wf_start('three_effects')) FROM generate_series(1, $1)" >/dev/null
    IFS=' ' read -r begun _ <<<"$(quiet_counters)"
    sql -c 'ALTER DATABASE bench RESET pg_workflow.enabled'
    wait_until "$all_done"
    IFS=' ' read -r ended after <<<"$(server_counters)"
    wal=$((after - wal)) commits=$((ended - begun))
}

# What is written once counts for little.
workflows=$((2 * backlog))
restart_with "shared_preload_libraries = 'pg_workflow'" "track_commit_timestamp = on"
# The first round fills the buffers and writes the full pages that follow a checkpoint.
drain "$workflows"
for ((round = 0; round < rounds; round++)); do
    say "B6, $workflows workflows of three SQL effects, round $((round + 1))"
    drain "$workflows"
    sql -c "INSERT INTO result.round
        SELECT count(*) / extract(epoch FROM max(run.at) - min(run.at)), $wal::numeric / $workflows, $commits::numeric / $workflows
        FROM (
            SELECT pg_xact_commit_timestamp(i.xmin) AS at FROM wf.instance AS i WHERE i.definition_code = 'three_effects'
            ORDER BY 1 DESC LIMIT $workflows
        ) AS run"
done
sql -c "INSERT INTO result.fact (figure, title, measure, value, unit)
    SELECT 'B6', 'three SQL effects', m.measure, m.value, m.unit
    FROM (
        SELECT percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY r.rate) AS rate, percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY r.wal) AS wal,
            percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY r.commits) AS commits
        FROM result.round AS r
    ) AS x, LATERAL (VALUES ('workflows', x.rate[1], 'per s'), ('WAL', x.wal[1], 'bytes'), ('commits', x.commits[1], 'per workflow'))
        AS m (measure, value, unit)"
target B6 'three SQL effects' workflows '' '>=' 2500
target B6 'three SQL effects' WAL '' '<=' 6000
target B6 'three SQL effects' commits '' '<=' 0.1
restart_with
