# shellcheck shell=bash disable=SC2154,SC2034
# How every figure is measured: runs of ours and of its floors by turns, in one cluster, each with its operations, seconds, commits, WAL
# and the CPU time of the whole server. Sourced by scripts/bench after the cluster runs. Sets of numbers go into the schema `result` of
# the database bench, from which report.sql makes the table and the JSON.

sql() { on_cluster -d bench -At "$@"; }

# CPU time of the server so far in ms: the postmaster, its children and those that have ended.
server_cpu() {
    local postmaster tick
    postmaster=$(head -n 1 "$run/data/postmaster.pid")
    tick=$(getconf CLK_TCK)
    # A child may end in between. Fields 14 to 17 of stat; the name before them has no space in a server's process.
    # shellcheck disable=SC2046 # one word for each child
    { cat "/proc/$postmaster/stat" $(sed 's|[0-9]*|/proc/&/stat|g' "/proc/$postmaster/task/$postmaster/children") 2>/dev/null || true; } |
        awk -v tick="$tick" -v postmaster="$postmaster" '
            { sub(/\(.*\)/, "name"); ms += ($14 + $15) * 1000 / tick }
            $1 == postmaster { ms += ($16 + $17) * 1000 / tick }
            END { printf "%d\n", ms }'
}

# Commits and bytes of WAL so far.
server_counters() {
    sql -F ' ' -c "SELECT * FROM counters('${bench_database:-bench}')"
}

# quiet_counters: the same, once nothing is connected but the asker and who holds a snapshot: only then are the counters of a backend
# complete.
quiet_counters() {
    sql -F ' ' -c "CALL wait_for_quiet()" -c "SELECT * FROM counters('${bench_database:-bench}')"
}

# record FIGURE CASE WHO CLIENTS COMMAND...: one run. The command prints "OPERATIONS SECONDS".
record() {
    local figure=$1 case=$2 who=$3 clients=$4 before cpu
    shift 4
    before=$(quiet_counters)
    cpu=$(server_cpu)
    local measured
    measured=$("$@")
    sql -c 'CALL wait_for_quiet()'
    cpu=$(($(server_cpu) - cpu))
    sql -c "INSERT INTO result.run (figure, title, who, clients, operations, seconds, commits, wal, cpu_ms)
        SELECT '$figure', '$case', '$who', $clients, m[1], m[2], a.commits - b[1], a.wal - b[2], $cpu
        FROM counters('${bench_database:-bench}') AS a,
            (SELECT string_to_array('$measured', ' ')::numeric[], string_to_array('$before', ' ')::numeric[]) AS x (m, b)"
}

# pgbench_of CLIENTS SCRIPT [PER_TRANSACTION]: what pgbench does in $seconds, or with $transactions, prepared, as "OPERATIONS SECONDS".
pgbench_of() {
    local clients=$1 script=$2 per=${3:-1} threads=$(($1 < 2 ? 1 : 2)) length=(-T "$seconds")
    [ -z "${transactions:-}" ] || length=(-t "$transactions")
    as_server "$bin/pgbench" -h "$run" -U "${bench_role:-postgres}" -n -M prepared -c "$clients" -j "$threads" "${length[@]}" \
        -D instances="$instances" -f "$script" "${bench_database:-bench}" 2>&1 9>&- |
        awk -v per="$per" '
            /^number of transactions actually processed/ { split($0, part, /[ :\/]+/); done = part[6] }
            /^tps = / { tps = $3 }
            /(ERROR|FATAL|error):/ { print > "/dev/stderr"; bad = 1 }
            END { if (bad || !done) { print "pgbench did nothing in its time" > "/dev/stderr"; exit 1 } print done * per, done / tps }'
}

# script_of NAME <<SQL: a pgbench script, and its path.
script_of() {
    cat >"$scripts/$1.sql"
    echo "$scripts/$1.sql"
}

# uncounted FIGURE CASE WHO CLIENTS pgbench_of CLIENTS SCRIPT [PER_TRANSACTION]: some operations to warm up.
uncounted() {
    transactions=$((1000 / ($4 * ${8:-1}) + 10)) "${@:5}" >/dev/null
}

# by_turns FIGURE TITLE CLIENTS PER_TRANSACTION WHO SCRIPT...: $rounds rounds of pgbench, ours and its floors by turns, after one
# short round that is not counted.
by_turns() {
    local figure=$1 title=$2 clients=$3 per=$4 round pair
    shift 4
    say "$figure $title, $clients clients"
    for pair in "$@"; do
        uncounted "$figure" "$title" "${pair%%=*}" "$clients" pgbench_of "$clients" "${pair#*=}" "$per"
    done
    for ((round = 0; round < rounds; round++)); do
        for pair in "$@"; do
            record "$figure" "$title" "${pair%%=*}" "$clients" pgbench_of "$clients" "${pair#*=}" "$per"
        done
    done
}

# timed OPERATIONS SQL: runs it once, and gives "OPERATIONS SECONDS".
timed() {
    local began
    began=$(date +%s%N)
    sql -c "$2" >/dev/null
    echo "$1 $(awk -v ns=$(($(date +%s%N) - began)) 'BEGIN { print ns / 1e9 }')"
}

# restart_with SETTING...: the server again, with these settings too and without those of the last time.
restart_with() {
    as_server "$bin/pg_ctl" stop -w -s -m fast -D "$run/data"
    printf '%s\n' "$@" | as_server tee "$run/data/bench.conf" >/dev/null
    as_server "$bin/pg_ctl" start -w -t 60 -s -D "$run/data" -l "$run/log" 9>&-
}

# target FIGURE TITLE MEASURE FLOOR OPERATOR VALUE: what must hold.
target() {
    sql -c "INSERT INTO result.target VALUES ('$1', '$2', '$3', '$4', '$5', $6)"
}
