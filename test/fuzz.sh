#!/bin/bash
# Runs all fuzz targets from their stored seeds, several at a time.
#   bash test/fuzz.sh [SECONDS]     of each target, 60 by default
# Prints what was found; the last line reads "N passed, N failed". Needs clang. Inputs that fail, and those that reach
# new code, are kept in .build/fuzz.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
seconds=${1:-60}
cd "$root" || exit 1

build=.build/fuzz/build
{
    cmake --preset clang -B "$build" -DHFHUB_FUZZ=ON -DHFHUB_LOCAL_HUB=OFF -DHFHUB_EXAMPLES=OFF -DHFHUB_BENCH=OFF &&
    cmake --build "$build" --target hfhub_fuzz
} >&2 || exit 1

run() {
    local target=$1 work=$2/$1 seeds=$3/test/fuzz/corpus/$1
    mkdir -p "$work/found"
    # An input may take ten seconds, which none does that is read in time proportional to its length.
    if nice "$4/test/fuzz/fuzz_$target" -max_total_time="$5" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="$work/" -print_final_stats=1 "$work/found" "$seeds" >"$work/log" 2>&1; then
        echo "passed $target $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log") inputs"
    else
        echo "FAILED $target: $(grep -m 1 -E 'ERROR|not true|runtime error' "$work/log"), see $work"
    fi
}
export -f run

results=$(ls test/fuzz/corpus | xargs -P "$(nproc)" -I TARGET bash -c 'run "$@"' _ TARGET .build/fuzz "$root" "$build" "$seconds")
echo "$results" | sort
passed=$(grep -c '^passed' <<<"$results") failed=$(grep -c '^FAILED' <<<"$results")
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
