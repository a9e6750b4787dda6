#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. The last line reads "N passed, N failed".
#
#   bash test/run.sh [PART...]
#
# Parts, all of them by default:
#   asan      ctest without what is about JSON alone (vectors, recordings, README) and the examples, under the
#             address and undefined behaviour sanitizers
#   tsan      tests of several threads, transport, API and server tests under the thread sanitizer
#   release   all of ctest, optimised, and what drives finished programs: the tool, the examples, the
#             package as others consume it, proxies, other people's clients, the quick start, the benches
#   clang     the library built by clang, and its fuzzers
#
# Logs of all steps are kept in .build/log.
set -uo pipefail
cd "$(dirname "$0")/.."
. .ci/packages.sh
. .ci/steps.sh

if [ $# -eq 0 ]; then set -- release asan tsan clang; fi
for part in "$@"; do
    case $part in
        asan | tsan | release | clang) ;;
        *) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p' >&2; exit 2 ;;
    esac
done

ensure_packages core test bench || exit 1
command -v ccache >/dev/null && export CMAKE_CXX_COMPILER_LAUNCHER=ccache
command -v mold >/dev/null && export LDFLAGS=-fuse-ld=mold
export BOOST_TEST_REPORT_LEVEL=short BOOST_TEST_COLOR_OUTPUT=no
build() {  # PRESET [TARGET...]
    local preset=$1
    shift
    cmake --preset "$preset" && cmake --build --preset "$preset" ${1:+--target "$@"}
}
tests() {  # PRESET [CTEST-ARGUMENT...]
    local preset=$1
    shift
    # They wait more than they compute.
    ctest --test-dir ".build/$preset" --parallel $(($(nproc) + 1)) --verbose --no-tests=error "$@"
}
export -f build tests

part_release() {
    step release-build 2400 bash -c 'build release' || return
    step release-tests 900 bash -c 'tests release --label-exclude deadline'
    # Their deadlines are real: on a busy machine one may be missed. Under the sanitizers nothing is tried again.
    step release-deadlines 600 bash -c 'tests release --label-regex deadline --repeat until-pass:2'
    step standalone-headers 600 cmake --build --preset release --target hfhub_standalone
    step consumer 1200 bash test/consumer.sh .build/release
    step proxies 300 bash test/net/proxies.sh .build/release
    step other-clients 1200 bash test/interop/run.sh .build/release
    step quickstart 600 bash examples/quickstart.sh
    step bench 600 bash bench/run.sh quick
    step readme-tables 60 bash test/readme_tables.sh
}
part_asan() {
    step asan-build 2400 bash -c 'build asan hfhub_unit hfhub_unit_threads hfhub_net hfhub_api_test hfhub_hostile hfhub_server \
        hfhub_local_hub_unit hfhub_test_hub hfhub_tool' || return
    step asan-tests 1200 bash -c 'tests asan -R "^(unit|net|api|hostile|server|local_hub|tool)(_.*)?\$"'
}
part_tsan() {
    step tsan-build 2400 bash -c 'build tsan hfhub_unit_threads hfhub_net hfhub_api_test hfhub_server' || return
    step tsan-tests 1200 bash -c 'tests tsan -R "^(unit_threads|net|net_threads|api|server|server_.*)\$"'
}
part_clang() {
    step clang-build 1200 bash -c 'build clang hfhub hfhub_local_hub'
    step fuzz 900 bash test/fuzz.sh 10
}

for part in "$@"; do "part_$part"; done
[ "$second" -eq 0 ] || echo "$second tests passed only at the second try"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
