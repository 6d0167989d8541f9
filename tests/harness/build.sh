# shellcheck shell=bash
# Sourced after postgres.sh: building the extension and installing it.
# Each major has a cargo target directory of its own, so that changing from one
# to another does not rebuild everything.

# prepare_cargo: set the environment in which pgrx finds Postgres and libclang.
# It must be the same for every cargo command, or cargo builds all again.
prepare_cargo() {
    check_machine
    check_headers
    fetch libclang "$libclang_version"
    export PGRX_PG_CONFIG_PATH=$build_pg_config
    export LIBCLANG_PATH=$tools/libclang-$libclang_version/clang/native
    # The libclang package comes without the compiler's own headers (stddef.h).
    BINDGEN_EXTRA_CLANG_ARGS=-I$(gcc -print-file-name=include)
    export BINDGEN_EXTRA_CLANG_ARGS
    export CARGO_NET_RETRY=${CARGO_NET_RETRY:-10}
}

# cargo_do SUBCOMMAND ARGS...: cargo for the chosen Postgres.
cargo_do() {
    local subcommand=$1
    shift
    # CARGO_FLAGS is a list of words, such as "--locked --offline".
    # shellcheck disable=SC2086
    (cd "$repo" && exec cargo "$subcommand" --release --no-default-features \
        --features "pg$major" --target-dir "target/pg$major" ${CARGO_FLAGS:-} "$@")
}

# build_extension: build it and make the files to install (tests/harness/compile).
build_extension() {
    prepare_cargo
    step "build for PostgreSQL $major" "build-pg$major.log" "$harness/compile"
}

# is_built: the staged files are of these sources and for this Postgres.
is_built() {
    local stamp=$repo/target/pg$major/stage/built-for
    [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$build_pg_config" ] || return 1
    [ -z "$(cd "$repo" && find src sql Cargo.toml Cargo.lock referrals.control -newer "$stamp")" ]
}

# install_extension PG_CONFIG [DESTDIR]: put the staged files in place.
install_extension() {
    local lib share file stage
    lib=${2:-}$("$1" --pkglibdir)
    share=${2:-}$("$1" --sharedir)/extension
    stage=$repo/target/pg$major/stage
    mkdir -p "$lib" "$share" 2>/dev/null || true
    [ -w "$lib" ] && [ -w "$share" ] ||
        die "no right to write to $lib and $share: sudo make install PG_CONFIG=$1"
    # Not while another run replaces the staged files (compile).
    exec 8>"$repo/target/pg$major/.stage-lock"
    flock 8
    # install(1) makes a new file and does not write into the old one, which
    # running sessions have mapped.
    install -m 755 "$stage/referrals.so" "$lib/referrals.so"
    for file in "$stage"/referrals.control "$stage"/referrals--*.sql; do
        install -m 644 "$file" "$share/"
    done
    exec 8>&-
    installed_in="$lib/referrals.so and $share/referrals*"
}

# uninstall_extension PG_CONFIG [DESTDIR]
uninstall_extension() {
    local lib share
    lib=${2:-}$("$1" --pkglibdir)
    share=${2:-}$("$1" --sharedir)/extension
    rm -f "$lib/referrals.so" "$share/referrals.control" "$share"/referrals--*.sql 2>/dev/null ||
        die "no right to remove files in $lib and $share: sudo make uninstall PG_CONFIG=$1"
    installed_in="$lib/referrals.so and $share/referrals*"
}
