# Steps of a test script and their count. To be sourced, at the top of the repository:
#   step NAME SECONDS COMMAND...
# runs it, adds to `passed`, `failed` and `second`, and keeps its output in .build/log.

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
