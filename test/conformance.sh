#!/bin/bash
# Plays the wire vectors of a folder through the real client, over real sockets.
#   bash test/conformance.sh DIR [TEXT]   with TEXT only the cases whose id contains it
# Prints one line for each case that differs; the last line reads "N passed, N failed". Cases that DIR/retired.txt lists
# are left out: "N retired" says how many. Builds what is needed, in .build/release unless only .build/dev exists.
set -euo pipefail

[ $# -ge 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
vectors=$(cd "$1" && pwd)
shift

. "$root/.ci/build.sh"
ensure_built hfhub_conformance
exec "$build/test/conformance/hfhub_conformance" "$vectors" "$@"
