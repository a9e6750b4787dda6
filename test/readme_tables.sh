#!/bin/bash
# Checks that the tables of errors and calls in README.md are those of the code.
#   bash test/readme_tables.sh            fails where they differ
#   bash test/readme_tables.sh --update   writes them
# The last line reads "N passed, N failed". Uses the newest build of hfhub_conformance in .build, or makes one.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
readme=$root/README.md
vectors=("$root/test/fixtures/wire" "$root/test/fixtures/wire-2026" "$root/test/fixtures/vectors")
mode=${1:-}

program=$(ls -t "$root"/.build/*/test/conformance/hfhub_conformance 2>/dev/null | head -n 1)
if [ -z "$program" ]; then
    (cd "$root" && cmake --preset release && cmake --build --preset release --target hfhub_conformance) >&2 || exit 1
    program=$root/.build/release/test/conformance/hfhub_conformance
fi
if [ ! -e "$readme" ]; then
    echo "there is no README.md yet"
    echo "1 passed, 0 failed"
    exit 0
fi

# between NAME: the lines between the markers of a table.
between() { awk -v name="$1" '$0 == "<!-- /" name " -->" { inside = 0 } inside; $0 == "<!-- " name " -->" { inside = 1 }' "$readme"; }

# replace NAME FILE: README.md with the content of FILE between the markers.
replace() {
    awk -v name="$1" -v file="$2" '
        $0 == "<!-- /" name " -->" { inside = 0 }
        !inside
        $0 == "<!-- " name " -->" { inside = 1; while ((getline line < file) > 0) print line }' "$readme"
}

table=$(mktemp)
trap 'rm -f "$table" "$table.new"' EXIT
passed=0 failed=0
for name in errors endpoints; do
    if [ $name = errors ]; then "$program" --errors; else "$program" --endpoints "${vectors[@]}"; fi >"$table" || exit 1
    if ! grep -qx "<!-- $name -->" "$readme" || ! grep -qx "<!-- /$name -->" "$readme"; then
        echo "FAILED README.md has no markers for the table of $name"
        failed=$((failed + 1))
        continue
    fi
    if [ "$mode" = --update ]; then replace $name "$table" >"$table.new" && cp "$table.new" "$readme"; fi
    if between $name | diff -u - "$table" >"$table.new"; then
        passed=$((passed + 1))
    else
        echo "FAILED the table of $name in README.md is not that of the code; bash test/readme_tables.sh --update"
        sed -n '1,20p' "$table.new"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
