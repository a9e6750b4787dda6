# Debian packages, for the scripts that a user or CI runs. To be sourced:
#   ensure_packages core [test] [bench]
# installs what is missing, as root or through sudo, and does nothing else.

hfhub_packages_core="g++ cmake ninja-build ccache pkg-config git ca-certificates openssl
    libboost1.81-dev libboost-json1.81-dev libssl-dev zlib1g-dev liblz4-dev libgit2-dev libsqlite3-dev
    libyaml-dev libcli11-dev libfmt-dev libboost-test1.81-dev python3"
hfhub_packages_test="mold clang-16 libclang-rt-16-dev python3-venv python3-pip nodejs npm
    git-lfs curl aria2 tinyproxy squid"
hfhub_packages_bench="python3-venv python3-pip nodejs npm curl aria2 wrk"

ensure_packages() {
    local group name missing=()
    for group in "$@"; do
        local list="hfhub_packages_$group"
        for name in ${!list}; do
            hfhub_has_package "$name" || missing+=("$name")
        done
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "installing ${missing[*]}" >&2
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "as root: apt-get install ${missing[*]}" >&2; return 1; }
        as_root=(sudo)
    fi
    # The start-up of services is denied: tests start their own, on ports of their own.
    "${as_root[@]}" apt-get update -qq >&2 &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

hfhub_has_package() {
    # A command that came from elsewhere is as good as the package.
    case $1 in
        nodejs) command -v node >/dev/null && return ;;
        npm) command -v npm >/dev/null && return ;;
        python3-pip) command -v pip3 >/dev/null && return ;;
        python3-venv) python3 -c 'import venv, ensurepip' 2>/dev/null && return ;;
    esac
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The newest clang that the package lists know, as the name of its package.
newest_clang() {
    apt-cache pkgnames clang- | grep -xE 'clang-[0-9]+' | sort -V | tail -n 1
}
