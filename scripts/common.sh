# shellcheck shell=bash
# What the scripts here share: where things are, how they speak, and one lock per checkout. Sourced, not run.
set -euo pipefail
umask 022 # the postgres user reads what root builds

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Nothing of the caller's may lead to another server than ours, and cargo must not look for make's job server.
for name in ${!PG@}; do
    [ "$name" = PG ] || unset "$name"
done
unset name MAKEFLAGS MFLAGS

PG=${PG:-15}
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
target=$CARGO_TARGET_DIR
USER=$(id -un) # pgrx-tests connects as $USER, which a container often leaves unset
PATH=$target/tools/bin:$PATH
PGRX_HOME=$target/pgrx # a home of our own: the user's ~/.pgrx stays as it is
export CARGO_TARGET_DIR USER PATH PGRX_HOME

# cargo-pgrx links the library with --no-gc-sections, in case a linker drops the schema's section. Those flags differ from those of
# `cargo test`, so every dependency would be built twice; the linkers of x86_64 keep the section.
if [ "$(uname -m)" = x86_64 ]; then
    export CARGO_PGRX_DISABLE_GC_SECTIONS_WORKAROUND=1
fi

say() { printf '==> %s\n' "$*" >&2; }
complain() { printf 'error: %s\n' "$*" >&2; }
die() {
    complain "$@"
    exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

# Runs a command as root; without a terminal sudo must not wait for a password.
as_root() {
    if is_root; then
        "$@"
    elif ! command -v sudo >/dev/null; then
        complain "this needs root, and sudo is not installed: $*"
        return 1
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# One make at a time in a checkout: they share the build directory, the private Postgres and its clusters.
take_lock() {
    mkdir -p "$target" || die "cannot create $target"
    local place
    for place in "$target" "$target/debug" "$PGRX_HOME"; do
        [ ! -e "$place" ] || [ -w "$place" ] ||
            die "$place belongs to $(stat -c %U "$place"): run make as that user, or remove $target first"
    done
    exec 9>"$target/.make-lock" # what can outlive a killed make is started with 9>&-
    if ! flock -n 9; then
        say "another make runs in this checkout: waiting for its end"
        flock 9
    fi
}
