#!/usr/bin/env bash
# Other people's clients judge the embedded Hub, and hfhub where both meet there.
#
#     bash test/interop/run.sh BUILD_DIR [judge...]
#
# Judges: reference-old, reference-new, xet, js, git, curl, aria2c, differential. Their clients are installed in
# a throw-away folder. Prints one line per failing case; the last line is "N passed, N failed". A client that cannot
# be installed is skipped with a line that says so; with CI=true that is a failure.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILD_DIR [judge...]}" && pwd)
shift
wanted=" $* "
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

cmake --build "$build" --target hfhub_test_hub hfhub_differential hfhub_tool >"$work/build.log" 2>&1 || {
    tail -n 40 "$work/build.log"
    echo "0 passed, 1 failed"
    exit 1
}
hub=$build/test/interop/hfhub_test_hub tool=$build/examples/hfhub/hfhub

skip() {  # judge, reason
    if [ "${CI:-}" = true ]; then
        echo "FAILED $1: $2"
        failed=$((failed + 1))
    else
        echo "skipped: $1: $2"
    fi
}

# Runs a judge and adds its last line, "...: N passed, N failed", to the totals.
judge() {  # judge, command...
    local name=$1 totals
    shift
    timeout 600 "$@" >"$work/$name.out" 2>"$work/$name.err"
    local status=$?
    totals=$(tail -n 1 "$work/$name.out")
    if [[ $totals =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
        sed '$d' "$work/$name.out"
        echo "${totals%: *}: ${BASH_REMATCH[1]} cases hold, ${BASH_REMATCH[2]} do not"
        [ "$status" -eq 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ] || {
            echo "FAILED $name: exit status $status"
            failed=$((failed + 1))
        }
    else
        cat "$work/$name.out"
        tail -n 20 "$work/$name.err"
        echo "FAILED $name: it ended with $status, without totals"
        failed=$((failed + 1))
    fi
}

asked() { [ "$wanted" = "  " ] || [[ $wanted == *" $1 "* ]]; }

reference() {  # name of the environment, requirements...
    local name=$1
    shift
    [ -x "$work/$name/bin/python" ] && return
    python3 -m venv "$work/$name" >"$work/$name.log" 2>&1 &&
        "$work/$name/bin/pip" install --quiet "$@" >>"$work/$name.log" 2>&1 ||
        { rm -rf "${work:?}/$name"; return 1; }
}

for pair in reference-old:huggingface_hub==0.20.3 reference-new:huggingface_hub; do
    name=${pair%%:*} package=${pair#*:}
    asked "$name" || continue
    if reference "$name" "$package"; then
        judge "$name" "$work/$name/bin/python" "$here/reference_client.py" "$hub"
        judge "$name" "$work/$name/bin/python" "$here/reference_downloads.py" "$hub"
    else
        skip "$name" "pip cannot install $package"
    fi
done

if asked xet; then
    if reference reference-xet huggingface_hub==2.4.0 hf_xet==1.8.0; then
        judge xet "$work/reference-xet/bin/python" "$here/xet_client.py" "$hub"
        HFHUB_TOOL=$tool judge xet "$work/reference-xet/bin/python" "$here/xet_pair.py" "$hub"
    else
        skip xet "pip cannot install huggingface_hub==2.4.0 and hf_xet==1.8.0"
    fi
fi

if asked js; then
    mkdir "$work/js"
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        skip js "node or npm is not installed"
    elif (cd "$work/js" && npm init -y && npm install --no-audit --no-fund @huggingface/hub) >"$work/npm.log" 2>&1; then
        cd "$work/js" && judge js node "$here/hf_js.mjs" "$hub"
        cd - >/dev/null
    else
        skip js "npm cannot install @huggingface/hub"
    fi
fi

if asked git; then
    if git lfs version >/dev/null 2>&1; then
        judge git python3 "$here/git_clients.py" "$hub"
    else
        skip git "git or git-lfs is not installed"
    fi
fi

for program in curl aria2c; do
    asked "$program" || continue
    if command -v "$program" >/dev/null; then
        judge "$program" python3 "$here/fetchers.py" "$hub" "$program"
    else
        skip "$program" "$program is not installed"
    fi
done

if asked differential; then
    if reference reference-old huggingface_hub==0.20.3; then
        judge differential "$work/reference-old/bin/python" "$here/differential.py" "$hub" \
            "$build/test/interop/hfhub_differential"
    else
        skip differential "pip cannot install huggingface_hub==0.20.3"
    fi
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
