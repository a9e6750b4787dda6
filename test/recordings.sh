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

. "$root/.ci/build.sh"
ensure_built hfhub_recordings
exec "$build/test/recordings/hfhub_recordings" "$folder"
