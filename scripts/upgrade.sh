# shellcheck shell=bash
# What the test layer `upgrade` and scripts/freeze share: released versions, and work in flight. tests/upgrade/README.md explains it.
# Sourced after cluster.sh, not run. `upgrade` also uses $logs and count of scripts/test.

released=tests/upgrade/released
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)

# Where the installation of the last use_prefix has its extensions.
extension_directory() { echo "$("$pg_config" --sharedir)/extension"; }

# Fails where a file of a released version is not as it was released, or is gone.
check_released() {
    [ ! -e "$released/SHA256SUMS" ] || sha256sum --quiet --strict -c "$released/SHA256SUMS" >&2
}

# work_in_flight DATABASE FILE: makes it in a new database, and its rows as SQL. No worker may meet a clock that is set by hand.
work_in_flight() {
    on_cluster -d postgres -c "CREATE DATABASE $1" -c "ALTER DATABASE $1 SET pg_workflow.enabled = off" &&
        on_cluster -d "$1" -c 'CREATE EXTENSION pg_workflow' -f tests/upgrade/work.sql >/dev/null &&
        "$bin/pg_dump" -h "$run" -U postgres --data-only "$1" 9>&- | sed '/^\\\(un\)\?restrict /d; /^-- Dumped /d' >"$2"
}

# guard VERSION: how each upgrade script to that version begins.
guard() { sed "s/@VERSION@/$1/g" tests/upgrade/guard.sql; }

# check_guards: does each upgrade script begin so?
check_guards() {
    local script target ok=0
    for script in sql/pg_workflow--*--*.sql; do
        [ -e "$script" ] || continue
        target=${script##*--} target=${target%.sql}
        [ "$(head -n "$(guard "$target" | wc -l)" "$script")" = "$(guard "$target")" ] || {
            complain "$script does not begin with tests/upgrade/guard.sql for $target"
            ok=1
        }
    done
    return $ok
}

catalog() { on_cluster -d "$1" -f tests/upgrade/catalog.sql; }

# refuses DATABASE WORDS SQL: fails unless the SQL fails with these words.
refuses() {
    local answer
    if answer=$(on_cluster -d "$1" -c "$3" 2>&1); then
        complain "$1: not refused: $3"
        return 1
    fi
    [[ $answer == *$2* ]] || {
        complain "$1: another error than $2: $answer"
        return 1
    }
}

# comes_from OLD DATA GOES_ON CATALOG: a database of version OLD with the rows of DATA is brought to the present version: its schema is
# then that of the file CATALOG, and its work goes on.
comes_from() {
    local old=$1 database
    database=from_${old//./_}
    on_cluster -d postgres -c "CREATE DATABASE $database" \
        -c "ALTER DATABASE $database SET pg_workflow.enabled = off" || return
    on_cluster -d "$database" -c "CREATE EXTENSION pg_workflow VERSION '$old'" -f "$2" >/dev/null || return
    if [ "$old" != "$version" ]; then
        refuses "$database" "ALTER EXTENSION pg_workflow UPDATE" "SELECT wf_scheduler_tick()" || return
        on_cluster -d "$database" -c 'ALTER EXTENSION pg_workflow UPDATE' || return
    fi
    catalog "$database" | diff --label "new $version" --label "$version from $old" -U 1 "$4" - >&2 || {
        complain "the schema of $version differs from the one that version $old comes to"
        return 1
    }
    on_cluster -d "$database" -f "$3" >/dev/null
}

# A cluster of its own, with the library of the last install_extension and scripts of made-up versions beside it.
upgrade() {
    # shellcheck disable=SC2154 # $logs: see above
    local ok=0 bad=0 from fresh present old bin=$bin pg_config=$pg_config run=$private/upgrade/run work=$logs/upgrade
    from=$(extension_directory) fresh=$("$pg_config" --pkglibdir)/pg_workflow.so
    remove_upgrade
    use_prefix upgrade
    present=$(extension_directory)
    rm -rf "$work" && mkdir -p "$work"
    cp "$fresh" "$("$pg_config" --pkglibdir)/"
    cp "$from"/pg_workflow* "$present/"
    start_cluster "$run" "fsync = off" "shared_preload_libraries = 'pg_workflow'"

    # try NAME COMMAND...: counts one.
    try() {
        local name=$1
        shift
        if "$@"; then ok=$((ok + 1)); else bad=$((bad + 1)) && complain "upgrade: $name"; fi
    }
    try "released files are as they were released" check_released
    try "upgrade scripts begin with their guard" check_guards
    try "work in flight" work_in_flight work "$work/data.sql"
    try "it goes on" on_cluster -d work -o /dev/null -f tests/upgrade/goes_on.sql
    catalog work >"$work/catalog"

    # Released versions, the present one among them: from then on its schema is what was released.
    for old in "$released"/*/; do
        [ -e "$old" ] || continue
        cp "$old/install.sql" "$present/pg_workflow--$(basename "$old").sql"
        try "from $(basename "$old")" comes_from "$(basename "$old")" "$old/data.sql" "$old/goes_on.sql" "$work/catalog"
    done

    # A made-up version before the present one, which then has something more.
    rm "$present"/pg_workflow--*
    cp "$from/pg_workflow--$version.sql" "$present/pg_workflow--0.0.9.sql"
    cat "$from/pg_workflow--$version.sql" tests/upgrade/synthetic.sql >"$present/pg_workflow--$version.sql"
    { guard "$version" && cat tests/upgrade/synthetic.sql; } >"$present/pg_workflow--0.0.9--$version.sql"
    on_cluster -d postgres -c 'CREATE DATABASE synthetic'
    on_cluster -d synthetic -c 'CREATE EXTENSION pg_workflow'
    catalog synthetic >"$work/synthetic"
    try "from a made-up version" comes_from 0.0.9 "$work/data.sql" tests/upgrade/goes_on.sql "$work/synthetic"

    # A made-up version after it, for which this library is too old.
    guard 9.9.9 >"$present/pg_workflow--$version--9.9.9.sql"
    echo 'ALTER TABLE wf.timer ALTER status SET STATISTICS 200;' >"$present/pg_workflow--$version--9.9.8.sql"
    try "the library is too old to upgrade" \
        refuses synthetic "Install the package of 9.9.9" "ALTER EXTENSION pg_workflow UPDATE TO '9.9.9'"
    try "a session finds that its library is too old" refuses synthetic "restart the server" \
        "SELECT wf_scheduler_tick(); ALTER EXTENSION pg_workflow UPDATE TO '9.9.8'; SELECT wf_scheduler_tick()"
    try "pg_upgrade keeps the work" survives_pg_upgrade
    remove_upgrade
    count upgrade $ok $bad
}
remove_upgrade() {
    stop_server "$private/upgrade/run/data"
    stop_server "$private/upgrade/new/data"
    rm -rf "$private/upgrade/run" "$private/upgrade/new"
}

# Brings the cluster in $run into another one by pg_upgrade, which works between equal versions too; both preload the library, as the
# servers do that pg_upgrade starts.
survives_pg_upgrade() {
    local old=$run log=$work/pg_upgrade.log run=$private/upgrade/new
    run=$old work_in_flight kept "$work/kept.sql" || return
    stop_server "$old/data"
    start_cluster "$run" "fsync = off" "shared_preload_libraries = 'pg_workflow'"
    stop_server "$run/data"
    as_server sh -c "cd '$run' && exec '$bin/pg_upgrade' -U postgres -b '$bin' -B '$bin' -d '$old/data' -D '$run/data' -s '$run'" >"$log" 2>&1 9>&- || {
        cat "$log" >&2
        return 1
    }
    start_cluster "$run"
    on_cluster -d kept -f tests/upgrade/goes_on.sql >/dev/null
}
