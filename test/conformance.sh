#!/bin/bash
# Plays the wire vectors of a folder through the real client, over real sockets.
#   bash test/conformance.sh DIR [TEXT]   with TEXT only the cases whose id contains it
# Prints one line for each case that differs; the last line reads "N passed, N failed". Builds what is needed,
# in .build/release unless .build/dev exists already.
set -euo pipefail

[ $# -ge 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
vectors=$(cd "$1" && pwd)
shift

preset=release
if [ ! -e "$root/.build/release/build.ninja" ] && [ -e "$root/.build/dev/build.ninja" ]; then preset=dev; fi
build=$root/.build/$preset
{
    . "$root/.ci/packages.sh"
    ensure_packages core
    [ -e "$build/build.ninja" ] || (cd "$root" && cmake --preset "$preset")
    cmake --build "$build" --target hfhub_conformance
} >&2
exec "$build/test/conformance/hfhub_conformance" "$vectors" "$@"
