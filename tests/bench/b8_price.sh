# shellcheck shell=bash disable=SC2154,SC2034
# B8: what a guard, an assignment, a timer and an effect add to a transition. 100 sends in a transaction, so that the disk does not
# hide the difference.

# variant NUMBER NAME ON_TRANSITION [IN_STATE]: a definition as `turn` whose transitions or states have these parts too, and the
# script that sends to its instances.
variant() {
    local base=$((instances * 100 + $1 * 20000)) name=$2 on_transition=$3 in_state=${4:-}
    sql -c "SELECT version FROM wf_define('{\"id\": \"$name\", \"initial\": \"draft\",
        \"context\": {\"customer\": \"C-10023\", \"amount\": 129.9, \"days\": 3}, \"states\": {
        \"draft\": {$in_state \"on\": {\"NEXT\": {\"target\": \"review\" $on_transition}}},
        \"review\": {$in_state \"on\": {\"NEXT\": {\"target\": \"draft\" $on_transition}}}}}')" >/dev/null
    sql -c "CALL fill('$name', $base + 1, $base + 10000)"
    script_of "$name" <<SQL
\set first $base + random(1, 9901)
SELECT count(s.seq) FROM generate_series(:first, :first + 99) AS n CROSS JOIN LATERAL wf_send(nth(n), 'NEXT') AS s;
SQL
}
# one_of NUMBER NAME: the script that sends to one instance of a variant, in a transaction of its own.
one_of() {
    script_of "$2_each" <<SQL
\set n $((instances * 100 + $1 * 20000)) + random(1, 10000)
SELECT * FROM wf_send(nth(:n), 'NEXT');
SQL
}
number=0
bare=$(variant 0 bare '')
for price in 'guard|, "guard": "$.days <= 30"|' 'assign|, "actions": {"type": "assign", "params": {"days": {"expr": "$.days + 1"}}}|' \
    'timer||"after": {"P1D": "draft"},' 'effect|, "actions": {"type": "BENCH.NOTHING", "params": {"to": "$.customer"}}|'; do
    IFS='|' read -r name on_transition in_state <<<"$price"
    number=$((number + 1))
    ours=$(variant "$number" "$name" "$on_transition" "$in_state")
    by_turns B8 "$name" 1 100 engine="$ours" bare="$bare"
    sql -c "
        INSERT INTO result.fact (figure, title, measure, value, unit)
        SELECT 'B8', '$name', 'price', 1e6 * (percentile_cont(0.5) WITHIN GROUP (ORDER BY r.seconds / r.operations) FILTER (WHERE r.who = 'engine')
            - percentile_cont(0.5) WITHIN GROUP (ORDER BY r.seconds / r.operations) FILTER (WHERE r.who = 'bare')), 'us'
        FROM result.run AS r WHERE r.figure = 'B8' AND r.title = '$name'"
done
target B8 guard price '' '<=' 15
# Beside the transition that B1 measures: at most 60 % more.
by_turns B8 'timer, each committed' 16 1 engine="$(one_of 3 timer)" bare="$(one_of 0 bare)"
target B8 'timer, each committed' rate bare '>=' 0.625
