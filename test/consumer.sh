#!/usr/bin/env bash
# Uses hfhub as others do: as an installed package found by find_package, and by add_subdirectory.
#   bash test/consumer.sh [BUILD_DIR]    a finished build, .build/release by default
# The last line reads "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
build=${1:-.build/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() {  # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name"
        tail -n 30 "$work/log"
    fi
}
runs() {  # DIR: the program of a build works
    mkdir -p "$work/data/out"
    printf '{"model_type": "test"}\n' >"$work/data/out/config.json"
    HF_HOME=$work/data/home "$1/consumer" "$work/data" | tee "$work/printed" &&
        grep -qx '2 files, {"model_type": "test"}' "$work/printed" && rm -rf "$work/data"
}

check "installs" cmake --install "$build" --prefix "$work/prefix"
check "find_package" cmake -S test/consumer -B "$work/package" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_PREFIX_PATH="$work/prefix"
check "builds against the package" cmake --build "$work/package"
check "runs against the package" runs "$work/package"
check "keeps to its place" bash -c "! find '$work/prefix' -type f | grep -vE '/(include/hf|lib/.*(libhfhub|cmake/hfhub)|bin/hfhub)'"

# With the flags and at the depth of the release build, so that a compiler cache knows the objects.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
subdirectory=.build/consumer
rm -rf "$subdirectory"
check "add_subdirectory" cmake -S test/consumer -B "$subdirectory" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" -DHFHUB_WERROR=ON -DHFHUB_PRECOMPILE=ON -DHFHUB_SOURCE="$PWD"
check "builds no tests of hfhub" bash -c "! ninja -C '$subdirectory' -t targets all | grep -E 'hfhub_(unit|net|bench)'"
check "builds as a subdirectory" cmake --build "$subdirectory"
check "runs as a subdirectory" runs "$subdirectory"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
