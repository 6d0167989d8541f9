# shellcheck shell=bash
# Sourced after common.sh: programs from Debian's archive, taken without installing
# them, so it need not be root and starts no service. apt downloads the packages, and
# they are unpacked under target/tools.

# fetch_debian NAME PACKAGE...: the packages, and what they need that this machine does
# not have, below target/tools/debian-NAME-SUM, where SUM is that of the list, so that a
# changed list is fetched anew. The directory is set as `debian`; `debian_libraries` is
# the LD_LIBRARY_PATH to run their programs with. A package written +PACKAGE comes
# without what it needs. The lists of packages are fetched too where the machine's own
# do not do; they are kept under target/ as well. Says why and returns 3 if that cannot
# be done here.
fetch_debian() {
    local name=$1
    shift
    debian=$tools/debian-$name-$(printf '%s\n' "$@" | cksum | cut -d ' ' -f 1)
    if [ ! -d "$debian" ]; then
        mkdir -p "${debian%/*}"
        exec 7>"${debian%/*}/.debian-lock"
        flock 7
        [ -d "$debian" ] || unpack_debian "$@" || return 3
        exec 7>&-
    fi
    debian_libraries=$(libraries_below "$debian")
}

# debian_unavailable WHY...: says why there is nothing to unpack.
debian_unavailable() {
    printf 'nothing from Debian: %s\n' "$*" >&2
    return 3
}

# unpack_debian PACKAGE...: by the machine's own lists of packages first. They may not
# know one, or be so old that the archive has dropped the version which they name.
unpack_debian() {
    local program lists=$tools/apt
    local -a apt=(apt-get -q -o Debug::NoLocking=1 -o APT::Sandbox::User=root)
    for program in apt-get dpkg-deb; do
        command -v "$program" >/dev/null || debian_unavailable "there is no $program" || return
    done
    ! unpack_listed "$@" 2>/dev/null || return 0
    mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
    apt+=(-o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache")
    four_times unpack_updated "$@" || debian_unavailable "apt could not download $*"
}

# unpack_updated PACKAGE...: a list that cannot be had may be one that has none of them.
unpack_updated() {
    "${apt[@]}" update >&2 || true
    unpack_listed "$@"
}

# unpack_listed PACKAGE...: with the lists that `apt` reads, into the directory `debian`.
unpack_listed() {
    local package part=$debian.part
    local -a alone=() whole=() wanted=() needed=()
    for package in "$@"; do
        case $package in
            +*) alone+=("${package#+}") ;;
            *) whole+=("$package") ;;
        esac
    done
    wanted=("${alone[@]}" "${whole[@]}")
    "${apt[@]}" -s install "${wanted[@]}" >/dev/null || return
    if [ ${#whole[@]} -gt 0 ]; then
        # Whatever is installed already, in whichever version, is taken as it is: "Inst name [version] ...".
        mapfile -t needed < <("${apt[@]}" -s --no-install-recommends install "${whole[@]}" |
            awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }')
    fi
    rm -rf "$part"
    mkdir -p "$part"
    mapfile -t wanted < <(printf '%s\n' "${wanted[@]}" "${needed[@]}" | sed '/^$/d' | sort -u)
    (cd "$part" && "${apt[@]}" download "${wanted[@]}" >&2) || return
    for package in "$part"/*.deb; do
        dpkg-deb -x "$package" "$part" || return
    done
    rm -rf "$part"/*.deb
    mv "$part" "$debian"
}

# libraries_below ROOT: the directories with shared libraries, as LD_LIBRARY_PATH has them.
libraries_below() {
    { find "$1/usr/lib/$(gcc -print-multiarch)" "$1/lib/$(gcc -print-multiarch)" \( -name '*.so' -o -name '*.so.*' \) -printf '%h\n' 2>/dev/null || true; } |
        sort -u | paste -s -d :
}
