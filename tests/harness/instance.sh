# shellcheck shell=bash
# Sourced after build.sh: a throw-away copy of a Postgres with the extension
# installed in it and a server of its own, all in one temporary directory.
#
# A copy, because the Postgres given must not be written to, and because as root
# the server runs as another user, who may not be able to reach this clone.
# Postgres finds its files relative to its programs, so a copy that keeps the
# layout is a whole Postgres: its pg_config, too, reports the places in the copy.

instance=

# make_instance: copy, install, initdb, start; sets `instance` and the
# environment that tests work in.
make_instance() {
    local parent=${TMPDIR:-/tmp}
    # The path of a Unix socket has room for about 100 characters.
    [ ${#parent} -le 60 ] || parent=/tmp
    instance=$(mktemp -d "$parent/referrals.XXXXXX")
    mkdir "$instance/pg" "$instance/run" "$instance/tmp"
    copy_postgres
    if [ "$(id -u)" = 0 ]; then
        id nobody >/dev/null 2>&1 || die "there is no user nobody to run Postgres as: run this as an ordinary user"
        chown nobody "$instance/run"
        chgrp "$(id -g nobody)" "$instance"
        chmod 750 "$instance"
    fi
    chmod 700 "$instance/run"
    set_environment
    "$harness/server" as-server "${PG_CONFIG%/*}/postgres" --version >/dev/null ||
        die "a program in $instance cannot be run by the user for the server: set TMPDIR to a directory that every user can reach"
    make_cluster >"$instance/initdb.log" 2>&1 || {
        sed 's/^/    /' "$instance/initdb.log"
        die "no database cluster could be made in $instance/run"
    }
    "$harness/server" start || exit 1
}

# copy_postgres: the chosen Postgres with the extension; sets `copied`, the
# pg_config of the copy, and has LD_LIBRARY_PATH name copies, too.
copy_postgres() {
    local dir bin
    for dir in --bindir --pkglibdir --sharedir; do
        copy_into_instance "$("$build_pg_config" "$dir")"
    done
    # Postgres from a Python wheel keeps libraries beside its package.
    bin=$("$build_pg_config" --bindir)
    for dir in "${bin%/*/*/*}"/*.libs; do
        [ ! -d "$dir" ] || copy_into_instance "$dir"
    done
    # That from Debian keeps there what this machine lacks.
    if [ -n "${debian_libraries:-}" ]; then
        LD_LIBRARY_PATH=
        for dir in ${debian_libraries//:/ }; do
            copy_into_instance "$dir"
            LD_LIBRARY_PATH+=${LD_LIBRARY_PATH:+:}$instance/pg$dir
        done
    fi
    chmod -R u+rwX,go+rX "$instance/pg"
    copied=$instance/pg$bin/pg_config
    printf '%s\n' "$build_pg_config" >"${copied%/*}/copy-of"
    install_extension "$copied"
}

copy_into_instance() {
    # From / so that the whole path is kept below pg/.
    [ -d "$instance/pg$1" ] ||
        (cd / && cp -R --preserve=mode,timestamps,links --parents ".$1" "$instance/pg/")
}

# set_environment: nothing that the caller has set for libpq or psql is to
# reach the tests.
set_environment() {
    local name
    for name in ${!PG@}; do
        case $name in PGRX_*) ;; *) unset "$name" ;; esac
    done
    PG_CONFIG=$instance/pg$("$build_pg_config" --bindir)/pg_config
    PATH=${PG_CONFIG%/*}:$PATH
    export PATH PG_CONFIG
    export PGHOST=$instance/run PGPORT=5432 PGUSER=postgres PGCLIENTENCODING=UTF8
    export REFERRALS_PGDATA=$instance/run/data
    export REFERRALS_SERVER_LOG=$instance/run/server.log
    # What a test leaves behind goes with the instance.
    export TMPDIR=$instance/tmp
    export PSQLRC=/dev/null PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
}

make_cluster() {
    "$harness/server" as-server "${PG_CONFIG%/*}/initdb" -D "$REFERRALS_PGDATA" -U postgres \
        --auth=trust --encoding=UTF8 --locale=C --no-sync &&
        "$harness/server" as-server tee -a "$REFERRALS_PGDATA/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$PGHOST'
port = $PGPORT
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
# Its transactions come when they like, and what is sealed ends before the oldest that is open.
autovacuum = off
# Nothing here is to outlive a crash of the machine.
fsync = off
full_page_writes = off
END
}

remove_instance() {
    local pid='' tries=0
    [ -n "$instance" ] || return 0
    if [ -s "$instance/run/data/postmaster.pid" ]; then
        read -r pid <"$instance/run/data/postmaster.pid"
        "$harness/server" stop -m immediate >/dev/null 2>&1 || true
        # pg_ctl returns when the pid file is gone, shortly before the process.
        while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do
            sleep 0.05
            tries=$((tries + 1))
        done
    fi
    rm -rf "$instance"
    instance=
}
