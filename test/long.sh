#!/usr/bin/env bash
# What is too long for each change: run by hand before an issue is closed. Installs what is missing; the last line
# reads "N passed, N failed".
#
#   bash test/long.sh [PART...]
#
# Parts, all of them by default:
#   clang      the library and its unit tests by the newest clang there is, without precompiled headers
#   boost      the library and its unit tests with newer releases of Boost
#   compilers  hfhub as others use it, built by g++ for programs of the newest clang, and the reverse
#   killed     uploads and downloads that are killed fifty times each and run again
#   huge       a sparse file of 20 GiB that is uploaded and mirrored; 1 GiB that hfhub and the official library exchange
#   cas        hfhub and the official library on the official test server of Xet storage; needs a Rust of this year
#   weight     how long <hf/hf_api.hpp> takes to compile, beside Asio's awaitable and Boost.JSON
#
# Logs of all steps are kept in .build/log.
set -uo pipefail
cd "$(dirname "$0")/.."
. .ci/packages.sh
. .ci/steps.sh

# Headers, libraries and CMake files of each release come as the Python package cmeel-boost.
boost_releases="1.83.0 1.88.0 1.90.0"

if [ $# -eq 0 ]; then set -- clang boost compilers killed huge cas weight; fi
for part in "$@"; do
    case $part in
        clang | boost | compilers | killed | huge | cas | weight) ;;
        *) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p' >&2; exit 2 ;;
    esac
done

ensure_packages core test || exit 1
hfhub_packages_newest=$(newest_clang)
ensure_packages newest || exit 1
export newest=${hfhub_packages_newest/clang/clang++}
command -v ccache >/dev/null && export CMAKE_CXX_COMPILER_LAUNCHER=ccache
export BOOST_TEST_REPORT_LEVEL=short BOOST_TEST_COLOR_OUTPUT=no

build() {  # DIR PRESET TARGETS [CMAKE-ARGUMENT...]
    cmake --preset "$2" -B "$1" "${@:4}" && cmake --build "$1" --target $3
}
unit_tests() { ctest --test-dir "$1" --verbose --no-tests=error -R '^unit$'; }
with_boost() {  # RELEASE DIR: fails where another Boost was found than asked for
    local prefix
    python3 -m venv "$2/venv" && "$2/venv/bin/pip" install --quiet --only-binary :all: "cmeel-boost==$1" &&
        prefix=$(find "$PWD/$2/venv" -type d -name cmeel.prefix) &&
        build "$2/build" dev hfhub_unit -DCMAKE_PREFIX_PATH="$prefix" &&
        grep -qx "Boost_DIR:PATH=$prefix/.*" "$2/build/CMakeCache.txt" &&
        readelf -d "$2/build/test/unit/hfhub_unit" | grep -F "libboost_json.so.$1"
}
official_cas() {  # DIR: builds the server, and installs the library that speaks with it, once
    [ -x "$1/bin/local_cas_server" ] ||
        cargo install xet-client --version 1.8.0 --features simulation --bin local_cas_server --root "$1" || return
    python3 -m venv "$1/venv" && "$1/venv/bin/pip" install --quiet hf_xet==1.8.0
}
export -f build unit_tests with_boost official_cas

part_clang() {
    step newest-clang-build 5400 bash -c "build .build/long/clang clang 'hfhub_local_hub hfhub_unit' \
        -DCMAKE_CXX_COMPILER=$newest" || return
    step newest-clang-tests 900 bash -c 'unit_tests .build/long/clang'
}
part_boost() {
    local release
    for release in $boost_releases; do
        step "boost-$release-build" 3600 bash -c "with_boost $release .build/long/boost-$release" || continue
        step "boost-$release-tests" 900 bash -c "unit_tests .build/long/boost-$release/build"
    done
}
part_compilers() {
    step header-only-build 5400 bash -c 'build .build/long/header-only dev all -DHFHUB_SEPARATE_ASIO=OFF \
        -DHFHUB_TESTS=OFF -DHFHUB_BENCH=OFF' || return
    step compilers 3600 env CLANG="$newest" bash test/consumer.sh .build/long/header-only
}
part_killed() {
    step killed-build 3600 bash -c 'build .build/release release hfhub_tool' || return
    step killed 1800 python3 -B test/tool/test_killed.py .build/release/examples/hfhub/hfhub 50
}
part_huge() {
    step huge-build 3600 bash -c 'build .build/release release hfhub_tool' || return
    step huge 5400 python3 -B test/tool/test_huge.py .build/release/examples/hfhub/hfhub
    step exchanged 1800 env HFHUB_HUGE=1 bash test/interop/run.sh .build/release xet
}
part_cas() {
    local cas=.build/long/cas
    step cas-build 5400 bash -c "official_cas $cas && build .build/release release hfhub_tool" || return
    HFHUB_TOOL=.build/release/examples/hfhub/hfhub step cas 900 \
        "$cas/venv/bin/python" -B -W ignore test/interop/official_cas.py "$cas/bin/local_cas_server"
}
part_weight() {
    step weight 600 python3 test/consumer/weight.py g++ 7
    sed 's/^/    /' .build/log/weight.log
}

for part in "$@"; do "part_$part"; done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
