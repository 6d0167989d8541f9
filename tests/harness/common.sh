# shellcheck shell=bash
# Sourced by every script of the harness: where things are, how a step is
# reported, and how everything is ended on Ctrl-C or failure.

set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
harness=$repo/tests/harness
# Several majors at once have a directory each (majors).
logs=${REFERRALS_LOGS:-$repo/target/logs}
# What is fetched; several clones can share it.
tools=${REFERRALS_TOOLS:-$repo/target/tools}

# make's job server is not for cargo, and cargo's target triple would move the
# build results elsewhere.
unset MAKEFLAGS MFLAGS MAKELEVEL CARGO_BUILD_TARGET CDPATH

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# run_child COMMAND...: run it in a process group of its own, so that on a
# signal on_signal can end it together with everything it started. (A plain
# foreground command would make bash wait for it before handling the signal.)
child=
run_child() {
    local status=0
    set -m
    "$@" </dev/null &
    child=$!
    set +m
    wait "$child" || status=$?
    child=
    return "$status"
}

# four_times COMMAND...: what needs the network, until it succeeds. A function given to it
# must see to its errors itself: bash does not stop at them there.
four_times() {
    local try
    for try in 1 2 3 4; do
        ! "$@" || return 0
        echo "attempt $try of 4 failed" >&2
        [ "$try" = 4 ] || sleep $((try * 3))
    done
    return 1
}

# at_exit is set by scripts that have something to clean up.
at_exit=
on_exit() {
    local status=$?
    trap '' INT TERM HUP
    if [ -n "$child" ]; then
        kill -TERM -- "-$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    if [ -n "$at_exit" ]; then
        "$at_exit"
    fi
    exit "$status"
}
trap on_exit EXIT
trap 'echo; exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# step NAME LOG COMMAND...: run the command with its output in target/logs/LOG;
# print one line with the seconds taken, and the end of the log if it failed.
# Give it a program rather than a shell function: in a function called where its
# status is tested, bash does not stop at the first error.
step() {
    local name=$1 log=$logs/$2 status=0 began=$SECONDS
    shift 2
    mkdir -p "$logs"
    printf '%-52s ' "$name ..."
    # Under its own name while it runs: there may be two runs in one tree.
    run_child "$@" >"$log.$$" 2>&1 || status=$?
    mv "$log.$$" "$log"
    if [ "$status" = 0 ]; then
        printf 'ok %4d s\n' $((SECONDS - began))
    else
        printf 'FAILED %d s\n' $((SECONDS - began))
        tail -n 60 "$log" | sed 's/^/    /'
        printf '    (all of it: %s)\n' "${log#"$repo"/}"
    fi
    return "$status"
}
