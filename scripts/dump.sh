# shellcheck shell=bash
# What the test layer `dump` does: work in flight is dumped in every format, restored into new databases, is there row by row, and
# goes on. Sourced after upgrade.sh, not run; uses $logs and count of scripts/test.

# A database as its rows: what pg_dump makes of them, without what differs from run to run.
rows_of() {
    "$bin/pg_dump" -h "$run" -U postgres --data-only "$1" 9>&- | sed '/^\\\(un\)\?restrict /d; /^-- Dumped /d'
}

# is_whole DATABASE ROWS: has the restored database these rows, is it sound, and does its work go on?
is_whole() {
    rows_of "$1" | diff -U 1 "$2" - >&2 &&
        on_cluster -d "$1" -f tests/dump/check.sql >/dev/null &&
        on_cluster -d "$1" -f tests/upgrade/goes_on.sql >/dev/null &&
        on_cluster -d "$1" -c "DO 'BEGIN ASSERT NOT EXISTS (SELECT FROM wf_check()), ''it is not sound any more''; END'"
}

# may_look DATABASE: does a role still have what it was granted?
may_look() {
    on_cluster -d "$1" -o /dev/null -c 'SET ROLE dump_viewer' -c 'SELECT count(*) FROM wf_instances_view' &&
        refuses "$1" "lacks the capability" "SET ROLE dump_viewer; SELECT wf_start('work')"
}

dump() {
    # shellcheck disable=SC2154 # $logs: see above
    local ok=0 bad=0 work=$logs/dump
    rm -rf "$work" && mkdir -p "$work"
    pg_dump() { "$bin/pg_dump" -h "$run" -U postgres "$@" 9>&-; }
    pg_restore() { "$bin/pg_restore" -h "$run" -U postgres --exit-on-error "$@" 9>&-; }
    # try NAME COMMAND...: counts one.
    try() {
        local name=$1
        shift
        if "$@"; then ok=$((ok + 1)); else bad=$((bad + 1)) && complain "dump: $name"; fi
    }
    # plain, custom, directory: each makes a new database of its own name.
    plain() {
        on_cluster -d postgres -c "CREATE DATABASE plain" &&
            pg_dump dumped >"$work/plain.sql" && on_cluster -d plain -o /dev/null -f "$work/plain.sql"
    }
    custom() {
        on_cluster -d postgres -c "CREATE DATABASE custom" &&
            pg_dump -Fc -f "$work/custom" dumped && pg_restore -d custom "$work/custom"
    }
    directory() {
        on_cluster -d postgres -c "CREATE DATABASE directory" &&
            pg_dump -Fd -j 2 -f "$work/directory" dumped && pg_restore -j 2 -d directory "$work/directory"
    }
    # Only the rows, into a database that has the extension and the functions of the application.
    data_only() {
        on_cluster -d postgres -c "CREATE DATABASE data_only" &&
            on_cluster -d data_only -c 'CREATE EXTENSION pg_workflow' \
                -c 'CREATE FUNCTION public.dump_guard(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql RETURN true' &&
            pg_restore --data-only -d data_only "$work/custom"
    }
    # The settings of the database come with its creation.
    with_settings() {
        on_cluster -d postgres -c 'ALTER DATABASE dumped RENAME TO original' -c 'ALTER DATABASE original RESET ALL' &&
            pg_restore --create -d postgres "$work/custom" &&
            on_cluster -d dumped -c "DO 'BEGIN ASSERT current_setting(''pg_workflow.retention'') = ''90d''; END'"
    }
    remove_dump
    on_cluster -d postgres -c 'CREATE ROLE dump_viewer'
    work_in_flight dumped "$work/before" && on_cluster -d dumped -o /dev/null -f tests/dump/settings.sql &&
        on_cluster -d postgres -c "ALTER DATABASE dumped SET pg_workflow.retention = '90d'"
    rows_of dumped >"$work/rows"
    for format in plain custom directory data_only; do
        try "restore: $format" "$format"
        try "whole: $format" is_whole "$format" "$work/rows"
        [ "$format" = data_only ] || try "rights: $format" may_look "$format"
    done
    try "restore: with settings" with_settings
    try "whole: with settings" is_whole dumped "$work/rows"
    remove_dump
    count dump "$ok" "$bad"
}
remove_dump() {
    local database
    for database in dumped original plain custom directory data_only; do
        on_cluster -d postgres -c "DROP DATABASE IF EXISTS $database" 2>/dev/null
    done
    on_cluster -d postgres -c 'DROP ROLE IF EXISTS dump_viewer' 2>/dev/null
}
