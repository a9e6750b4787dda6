#!/usr/bin/env bash
# bash bench/run.sh [quick|normal|full] [NAME...]: measures hfhub beside its peers; see README.md.
#
# quick takes small sizes and only shows that every benchmark runs. Last line: "N passed, N failed".
# Environment: BENCH_WORK (scratch; default below /dev/shm if there is memory enough), BENCH_PEERS (kept between runs; default
# below ~/.cache), BENCH_BIG_MIB (size of the large file), BENCH_BUILD (an existing release build).
set -euo pipefail
cd "$(dirname "$0")/.."

mode=normal
case "${1:-}" in quick | normal | full)
    mode=$1
    shift
    ;;
esac

install_peers() {
    mkdir -p "$peers"
    if [ ! -x "$peers/reference/bin/python" ] || [ ! -e "$peers/reference/done" ]; then
        python3 -m venv "$peers/reference"
        "$peers/reference/bin/pip" install -q --disable-pip-version-check huggingface_hub==0.20.3 hf_transfer >&2
        touch "$peers/reference/done"
    fi
    if [ ! -e "$peers/newest/done" ]; then
        python3 -m venv "$peers/newest"
        "$peers/newest/bin/pip" install -q --disable-pip-version-check huggingface_hub >&2
        touch "$peers/newest/done"
    fi
    if [ ! -e "$peers/xet/done" ]; then
        python3 -m venv "$peers/xet"
        "$peers/xet/bin/pip" install -q --disable-pip-version-check huggingface_hub==2.4.0 hf_xet==1.8.0 blake3 >&2
        touch "$peers/xet/done"
    fi
    if [ ! -e "$peers/js/done" ]; then
        mkdir -p "$peers/js"
        (cd "$peers/js" && npm install --silent --no-audit --no-fund --prefix . @huggingface/hub >&2)
        touch "$peers/js/done"
    fi
}

build_programs() {
    build=${BENCH_BUILD:-$PWD/.build/release}
    if [ -z "${BENCH_BUILD:-}" ]; then
        cmake --preset release >/dev/null
        cmake --build "$build" --target hfhub_bench hfhub_bench_measure hfhub_bench_server hfhub_bench_xet \
            hfhub_test_hub >&2
    fi
}

# Files in memory, where there is room for four copies of the large one: disks differ more than clients do.
scratch() {
    local big memory space
    case $mode in quick) big=32 ;; normal) big=1024 ;; full) big=4096 ;; esac
    big=${BENCH_BIG_MIB:-$big}
    memory=$(awk '/^MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
    space=$(df --output=avail -m /dev/shm 2>/dev/null | tail -1)
    if [ "${space:-0}" -gt $((4 * big + 2000)) ] && [ "$memory" -gt $((4 * big + 2000)) ]; then
        echo /dev/shm
    else
        echo "${TMPDIR:-/tmp}"
    fi
}

peers=${BENCH_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/hfhub-bench}
. .ci/packages.sh
ensure_packages core bench
install_peers
build_programs

work=$(mktemp -d "${BENCH_WORK:-$(scratch)}/hfhub-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
# Everything is on this machine: no proxy, and no bundle of authorities, which takes 16 ms to read.
unset HF_TOKEN HF_ENDPOINT HF_HOME HF_HUB_DISABLE_XET HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy \
    SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS
export PYTHONDONTWRITEBYTECODE=1
python3 bench/harness/run.py "$mode" "$build" "$peers" "$work" "$@"
