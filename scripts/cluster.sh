# shellcheck shell=bash
# A Postgres of our own and clusters on it, so that no target but `make install` touches the system's. Sourced, not run.
#
# Postgres finds its libraries and extensions relative to its own program. Copies of the programs, with links to everything else,
# laid out as in the system, are therefore a second installation: small (15 MB), made in a moment, and writable without root.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The system's pg_config for version $PG: Debian's place, else the one on PATH; nothing when there is none.
system_pg_config() {
    local candidate
    for candidate in "/usr/lib/postgresql/$PG/bin/pg_config" "$(command -v pg_config || true)"; do
        if [ -x "$candidate" ] && [[ $("$candidate" --version 2>/dev/null) == "PostgreSQL $PG"[.\ a-z]* ]]; then
            echo "$candidate"
            return
        fi
    done
}

# Postgres refuses to run as root. Its programs also refuse a working directory that they cannot enter.
as_server() {
    if is_root; then
        (cd / && exec runuser -u postgres -- "$@")
    else
        (cd / && exec "$@")
    fi
}

# Sets $private, the place of everything below: in the build directory, unless the server's user cannot get there (root's home) or
# the socket's path would come near the 107 bytes that Unix allows.
locate_private() {
    private=$target/pg$PG
    local socket=$private/pg_test/.s.PGSQL.65535 why=
    if [ ${#socket} -gt 100 ]; then
        why="its path is too long for a socket"
    elif ! as_server test -x "$target" 2>/dev/null; then
        why="the user postgres cannot enter it"
    fi
    if [ -n "$why" ]; then
        private=/var/tmp/pg_workflow-$(id -u)-$(printf %s "$target" | cksum | cut -d' ' -f1)-pg$PG
        [ -d "$private" ] || say "Postgres and its clusters go to $private, not to $target: $why"
    fi
    mkdir -p "$private" || die "cannot create $private"
    [ -O "$private" ] || die "$private belongs to $(stat -c %U "$private"): run make as that user, or remove it"
}

# use_prefix NAME: makes or refreshes the private installation NAME and sets $pg_config and $bin to it.
use_prefix() {
    local system to=$private/$1/prefix stamp
    system=$(system_pg_config)
    bin=$to$("$system" --bindir)
    pg_config=$bin/pg_config
    local share lib include
    share=$("$system" --sharedir) lib=$("$system" --pkglibdir)
    # Remade when the system's Postgres or its extensions have changed.
    stamp=$(find "$("$system" --bindir)" "$lib" "$share/extension" -printf '%p %s %t\n' | cksum)
    if [ "$(cat "$to/stamp" 2>/dev/null)" = "$stamp" ]; then
        return
    fi
    rm -rf "$to"
    mkdir -p "$bin" "$to$lib" "$to$share/extension"
    cp -P "$("$system" --bindir)"/* "$bin/"
    ln -s "$lib"/* "$to$lib/"
    find "$share" -mindepth 1 -maxdepth 1 ! -name extension -exec ln -s -t "$to$share" {} +
    ln -s "$share/extension"/* "$to$share/extension/"
    for include in --includedir --pkgincludedir --includedir-server; do
        include=$("$system" "$include")
        if [ ! -e "$to$include" ]; then
            mkdir -p "$(dirname "$to$include")"
            ln -s "$include" "$to$include"
        fi
    done
    # A pg_workflow of the system would be written through its link.
    rm -f "$to$lib"/pg_workflow* "$to$share/extension"/pg_workflow*
    echo "$stamp" >"$to/stamp"
}

# Tells pgrx of the private installation `test`. Left alone when right: a newer file makes cargo build the bindings again.
use_pgrx_home() {
    use_prefix test
    local config
    config=$(printf '[configs]\npg%s = "%s"' "$PG" "$pg_config")
    mkdir -p "$PGRX_HOME"
    if [ "$(cat "$PGRX_HOME/config.toml" 2>/dev/null)" != "$config" ]; then
        echo "$config" >"$PGRX_HOME/config.toml"
    fi
}

# Leaves out of cargo's messages what pgrx adds to each build.
quiet_pgrx() { sed -uE '/Using.*pg_config|Discovered.*SQL entities|Writing.*SQL entities|^Using sudo to copy|^$/d' >&2; }

# Builds the extension for debugging and puts it into the private installation of the last use_prefix.
install_extension() {
    say "building the extension for Postgres $PG"
    local log=$target/install.log
    { cargo pgrx install --no-default-features --features "pg$PG" --pg-config "$pg_config" >"$log"; } 2>&1 9>&- | quiet_pgrx 9>&- || {
        cat "$log" >&2
        complain "the extension does not build"
        return 1
    }
}

# A cluster's postmaster has the data directory as its working directory; a pid file alone may name somebody else's process.
is_running() {
    local pid
    pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null) && [ "$(readlink "/proc/$pid/cwd")" = "$1" ]
}

# start_cluster RUN [SETTING...]: starts the cluster in the directory RUN (data, socket and log), made first if it is not there.
start_cluster() {
    local run=$1
    shift
    if [ ! -s "$run/data/PG_VERSION" ]; then
        rm -rf "$run"
        mkdir -p "$(dirname "$run")"
        mkdir -m 700 "$run" # only its owner gets at the socket, hence --auth=trust
        ! is_root || chown postgres: "$run"
        as_server "$bin/initdb" -D "$run/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >"$target/initdb.log" 2>&1 || {
            cat "$target/initdb.log" >&2
            die "initdb failed"
        }
        printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$run'" "timezone = 'UTC'" "log_timezone = 'UTC'" "$@" |
            as_server tee -a "$run/data/postgresql.conf" >/dev/null
    fi
    as_server "$bin/pg_ctl" start -w -t 60 -s -D "$run/data" -l "$run/log" 9>&- || {
        tail -n 30 "$run/log" >&2
        die "Postgres does not start; its log: $run/log"
    }
}

# stop_server DATA: stops the server of that data directory if it runs.
stop_server() {
    if is_running "$1"; then
        as_server "$bin/pg_ctl" stop -w -t 30 -s -m fast -D "$1" ||
            as_server "$bin/pg_ctl" stop -w -t 30 -s -m immediate -D "$1"
    fi
}

# Removes what a run has started, or a killed one has left: the throw-away cluster and the servers of pgrx's test framework.
remove_throw_away() {
    stop_server "$private/test/run/data"
    rm -rf "$private/test/run"
    local data
    for data in "$private"/pg_test/*; do
        stop_server "$data"
    done
    rm -rf "$private/pg_test"
}

# Call it before anything is started: from now on remove_throw_away happens at the end, whatever the end is.
begin_throw_away() {
    remove_throw_away
    trap remove_throw_away EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

# A cluster for one run, fast and unsafe. Sets $run.
start_throw_away() {
    run=$private/test/run
    start_cluster "$run" "fsync = off" "shared_preload_libraries = '${PRELOAD:-}'"
}

# psql on the cluster in $run, without the user's settings and as its superuser.
on_cluster() {
    "$bin/psql" -X -q -v ON_ERROR_STOP=1 -P pager=off -h "$run" -U postgres "$@" 9>&-
}
create_database() {
    on_cluster -d postgres -c "CREATE DATABASE $1" || return
    on_cluster -d "$1" -c 'CREATE EXTENSION pg_workflow'
}

# start_bench [SETTING...]: a release build on a cluster of its own with the server's own settings (fsync on) and the database
# bench; gone at the end.
start_bench() {
    scripts/setup
    take_lock
    locate_private
    use_pgrx_home
    use_prefix bench
    run=$private/bench/run
    say "building the extension for release (some minutes)"
    cargo pgrx install --release --no-default-features --features "pg$PG" --pg-config "$pg_config" >"$target/install.log" 2>&1 || {
        cat "$target/install.log" >&2
        die "the extension does not build"
    }
    remove_bench
    trap remove_bench EXIT
    start_cluster "$run" "shared_buffers = 512MB" "max_wal_size = 8GB" "$@"
    create_database bench
}
remove_bench() {
    stop_server "$run/data"
    rm -rf "$run"
}

# build_package: a release build for the system's Postgres, laid out as it is to be installed. Sets $package to its directory.
build_package() {
    scripts/setup
    take_lock
    locate_private
    use_pgrx_home
    package=$target/package-pg$PG
    rm -rf "$package"
    say "building the extension for release (some minutes)"
    local log=$target/install.log
    { cargo pgrx package --no-default-features --features "pg$PG" --pg-config "$(system_pg_config)" --out-dir "$package" >"$log"; } 2>&1 9>&- | quiet_pgrx 9>&- || {
        cat "$log" >&2
        die "the extension does not build"
    }
}
