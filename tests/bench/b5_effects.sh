# shellcheck shell=bash disable=SC2154,SC2034
# B5: SQL effects with the transitions that their results cause, and effects that an outside worker claims and completes, 100 and 500
# at a time.

sql -f tests/bench/b5_effects.sql >/dev/null
for ((round = 0; round < rounds; round++)); do
    say "B5, $backlog SQL effects, round $((round + 1))"
    sql -c "CALL calls($backlog)" -c 'VACUUM (ANALYZE) wf.instance, wf.effect, wf.step, floor.instance, floor.effect, floor.step'
    record B5 'SQL effects' engine 1 timed "$backlog" 'CALL run_calls()'
    record B5 'SQL effects' set 1 timed "$backlog" 'CALL floor.run_calls()'
done
target B5 'SQL effects' rate set '>=' 0.5

# claim BATCH, claim_by_hand BATCH: one claim and its answer.
claim() {
    script_of "claim_$1" <<SQL
SELECT array_agg(effect_id) AS ids, array_agg(attempt) AS attempts FROM wf_claim_effects('worker', max_effects => $1) \\gset
SELECT count(*) FROM wf_complete_effects('worker', :ids::uuid[], :attempts::integer[]);
SQL
}
claim_by_hand() {
    script_of "claim_by_hand_$1" <<SQL
WITH ready AS (
    SELECT e.organization_id, e.id
    FROM floor.effect AS e
    WHERE e.status IN ('PENDING', 'FAILED') AND e.code = 'mail.send'
    ORDER BY e.code, e.organization_id, e.lane, COALESCE(e.next_retry_at, e.created_at), e.id
    LIMIT $1
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE floor.effect AS e
    SET status = 'EXECUTING', worker = 'worker', attempts = e.attempts + 1, lease_until = clock_timestamp() + '30 seconds'
    FROM ready
    WHERE e.organization_id = ready.organization_id AND e.id = ready.id
    RETURNING e.id, e.params
)
SELECT array_agg(id) AS ids, count(params) AS params FROM claimed \\gset
WITH done AS (
    UPDATE floor.effect AS e
    SET status = 'COMPLETED', completed_at = clock_timestamp(), lease_until = NULL
    WHERE e.organization_id = '00000000-0000-0000-0000-000000000000' AND e.id = ANY (:ids::uuid[]) AND e.worker = 'worker'
      AND e.status = 'EXECUTING'
    RETURNING e.id
)
SELECT count(*) FROM done;
SQL
}
for batch in 100 500; do
    ours=$(claim "$batch") queue=$(claim_by_hand "$batch")
    transactions=$((backlog / batch))
    for ((round = 0; round < rounds; round++)); do
        say "B5, $backlog effects of an outside worker, $batch at a time, round $((round + 1))"
        sql -c "CALL jobs($backlog)" -c 'VACUUM (ANALYZE) wf.instance, wf.effect, floor.effect'
        record B5 "claim and complete $batch" engine 1 pgbench_of 1 "$ours" "$batch"
        record B5 "claim and complete $batch" queue 1 pgbench_of 1 "$queue" "$batch"
    done
done
transactions=
target B5 'claim and complete 100' rate queue '>=' 0.6
