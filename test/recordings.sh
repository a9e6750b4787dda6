#!/bin/bash
# Parses every recorded answer of a folder (format: test/fixtures/real/README.md) into its type, and checks that
# nothing is lost, that errors become the right exceptions, and that headers are understood.
#   bash test/recordings.sh DIR
# Prints one line for each recording that fails; the last line reads "N passed, N failed". Builds what is needed,
# in .build/release unless only .build/dev exists.
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(cd "$1" && pwd)

preset=release
if [ ! -e "$root/.build/release/build.ninja" ] && [ -e "$root/.build/dev/build.ninja" ]; then preset=dev; fi
build=$root/.build/$preset
{
    . "$root/.ci/packages.sh"
    ensure_packages core
    [ -e "$build/build.ninja" ] || (cd "$root" && cmake --preset "$preset")
    cmake --build "$build" --target hfhub_recordings
} >&2
exec "$build/test/recordings/hfhub_recordings" "$folder"
