#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. The last line reads "N passed, N failed".
#
#   bash test/run.sh [PART...]
#
# Parts, all of them by default:
#   asan      everything that ctest knows, under the address and undefined behaviour sanitizers
#   tsan      unit, transport, API and server tests under the thread sanitizer
#   release   ctest again, optimised, and what drives finished programs: the tool, the examples, the
#             package as others consume it, proxies, other people's clients, the quick start, the benches
#   clang     the library built by clang, and its fuzzers
#
# Logs of all steps are kept in .build/log.
set -uo pipefail
cd "$(dirname "$0")/.."
. .ci/packages.sh

if [ $# -eq 0 ]; then set -- release asan tsan clang; fi
for part in "$@"; do
    case $part in
        asan | tsan | release | clang) ;;
        *) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p' >&2; exit 2 ;;
    esac
done

ensure_packages core test bench || exit 1
command -v ccache >/dev/null && export CMAKE_CXX_COMPILER_LAUNCHER=ccache
export BOOST_TEST_REPORT_LEVEL=short BOOST_TEST_COLOR_OUTPUT=no
mkdir -p .build/log
passed=0 failed=0 second=0

# Adds up the closing lines of test programs, "N passed, N failed" and those of Boost.Test, and prints "passed failed".
counts() {
    sed 's/^[0-9]*: //' "$1" | awk '
        /^([^ ]+: |.*[^ ]: )?[0-9]+ passed, [0-9]+ failed/ {
            sub(/^.*: /, ""); p += $1; f += $3; next }
        /^ +[0-9]+ test cases? out of [0-9]+ passed/ { p += $1 }
        /^ +[0-9]+ test cases? out of [0-9]+ failed/ { f += $1 }
        END { print p + 0, f + 0 }'
}

# step NAME SECONDS COMMAND...: runs it and counts its results; a command that prints none is itself one test.
step() {
    local name=$1 limit=$2 log=.build/log/$1.log start=$SECONDS status retried p f
    shift 2
    timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null
    status=$?
    read -r p f < <(counts "$log")
    if [ $status -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    if [ $status -eq 0 ] && [ $((p + f)) -eq 0 ]; then p=1; fi
    retried=$(sed -nE 's/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: ([^ ]+) .*\*\*\*.*/\1/p' "$log" | sort -u)
    if [ $status -eq 0 ] && [ -n "$retried" ]; then
        second=$((second + $(wc -l <<<"$retried"))) f=0
        echo "    $name, only at the second try: "$retried
    fi
    passed=$((passed + p)) failed=$((failed + f))
    printf '%-24s %5d passed, %d failed  (%d s)\n' "$name" "$p" "$f" $((SECONDS - start))
    grep -E '^([0-9]+: )?skipped' "$log"
    [ "$f" -eq 0 ] && return 0
    [ $status -eq 124 ] && echo "    ended after $limit s"
    { grep -nE 'error:|FAILED|failed' "$log" || tail -n 40 "$log"; } | cut -c1-400 | head -n 60 | sed 's/^/    /'
    return 1
}

build() {  # PRESET [TARGET...]
    local preset=$1
    shift
    cmake --preset "$preset" && cmake --build --preset "$preset" ${1:+--target "$@"}
}
tests() {  # PRESET [CTEST-ARGUMENT...]
    local preset=$1
    shift
    ctest --test-dir ".build/$preset" --verbose --no-tests=error "$@"
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
    step asan-build 2400 bash -c 'build asan' || return
    step asan-tests 1200 bash -c 'tests asan'
}
part_tsan() {
    step tsan-build 2400 bash -c 'build tsan hfhub_unit hfhub_net hfhub_api_test hfhub_server' || return
    step tsan-tests 1200 bash -c 'tests tsan -R "^(unit|net|net_threads|api|server)\$"'
}
part_clang() {
    step clang-build 1200 bash -c 'build clang hfhub hfhub_local_hub'
    step fuzz 900 bash test/fuzz.sh 25
}

for part in "$@"; do "part_$part"; done
[ "$second" -eq 0 ] || echo "$second tests passed only at the second try"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
