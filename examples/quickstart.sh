#!/usr/bin/env bash
# The main job on this machine: builds the tool, starts a Hub on loopback, uploads a folder, mirrors it back and
# compares every byte.
#
#   bash examples/quickstart.sh          the installed Boost headers (over 10,000 files) and a large LFS file
#   bash examples/quickstart.sh DIR      a folder of yours
#
# Needs a Debian 12, as root or with sudo: what is missing is installed. Leaves nothing behind but .build/release.
# Environment: QUICKSTART_MIB (size of the large file, 512), TMPDIR (room for four times the data).
set -euo pipefail
export LC_ALL=C

if [ $# -gt 1 ] || [[ ${1:-} == -* ]]; then sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
source_dir=${1:+$(realpath -- "$1")}
cd "$(dirname "$0")/.."
. .ci/packages.sh

if [ -t 1 ]; then bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'; else bold='' green='' red='' plain=''; fi
step() { echo; echo "${bold}$*${plain}"; }
ok() { echo "  ${green}ok${plain}  $*"; }
die() { echo "${red}quickstart failed:${plain} $*" >&2; exit 1; }

work='' hub=''
clean_up() {
    local status=$?
    trap - EXIT
    if [ -n "$hub" ]; then kill "$hub" 2>/dev/null && wait "$hub" 2>/dev/null; fi
    if [ -n "$work" ]; then rm -rf "$work"; fi
    exit $status
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }
# A member of a JSON object of one line.
member() { sed -n 's/.*"'"$2"'":"\{0,1\}\([^,"}]*\).*/\1/p' "$1"; }
rates() { awk -v f="$1" -v b="$2" -v s="$3" 'BEGIN { printf "%.0f files/s, %.1f MB/s", f / s, b / s / 1e6 }'; }
mib() { awk -v b="$1" 'BEGIN { printf "%.1f MiB", b / 1048576 }'; }
# Requests that the Hub has answered, by its own counters; looking is not counted.
requests_served() {
    local line
    exec 3<>"/dev/tcp/127.0.0.1/${HF_ENDPOINT##*:}"
    printf 'GET /_local_hub/counters HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n' \
        "$(cat "$work/hub/control_token")" >&3
    line=$(tr -d '\r' <&3 | tail -n 1)
    exec 3>&-
    printf '%s' "$line" | sed -n 's/.*"total":\([0-9]*\).*/\1/p'
}

step "1. Build"
started=$(now)
[ -z "$source_dir" ] || [ -d "$source_dir" ] || die "$1 is no folder"
ensure_packages core || die "packages are missing and could not be installed"
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
mkdir -p .build/log
log=.build/log/quickstart-build.log
if ! cmake --preset release >"$log" 2>&1; then tail -n 20 "$log" >&2; die "cmake; all of it is in $log"; fi
if [ -t 1 ]; then
    # Ninja's own counter, on one line.
    cmake --build --preset release --target hfhub_tool 2>&1 | tee -a "$log" |
        while IFS= read -r line; do [[ $line == \[* ]] && printf '\r\e[K  %.100s' "$line"; done || true
    printf '\r\e[K'
fi
if ! cmake --build --preset release --target hfhub_tool >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "the build; all of it is in $log"
fi
hfhub=$PWD/.build/release/examples/hfhub/hfhub
ok "$hfhub, in $(since "$started") s"

step "2. A folder to upload"
work=$(mktemp -d "${TMPDIR:-/tmp}/hfhub-quickstart.XXXXXX")
if [ -z "$source_dir" ]; then
    source_dir=$work/source
    mkdir "$source_dir"
    [ -d /usr/include/boost ] || die "there are no Boost headers in /usr/include/boost"
    cp -rL /usr/include/boost "$source_dir/boost"
    head -c "$((${QUICKSTART_MIB:-512} * 1048576))" /dev/urandom >"$source_dir/weights.bin"
fi
files=$(find -L "$source_dir" -name .git -prune -o -type f -print | wc -l)
bytes=$(find -L "$source_dir" -name .git -prune -o -type f -printf '%s\n' | awk '{ s += $1 } END { printf "%.0f", s }')
[ "$files" -gt 0 ] || die "$source_dir holds no file"
free=$(df --output=avail -B1 "$work" | tail -n 1)
[ "$free" -gt $((bytes * 7 / 2)) ] || die "needs $((bytes * 7 / 2000000)) MB in $work, and has $((free / 1000000)); set TMPDIR"
ok "$source_dir: $files files, $((bytes / 1000000)) MB"

step "3. A Hub on this machine"
# Nothing of the user's own: other endpoints, tokens, caches, proxies.
unset HF_ENDPOINT HF_TOKEN HUGGING_FACE_HUB_TOKEN HF_HUB_OFFLINE http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
unset HF_HUB_CACHE HUGGINGFACE_HUB_CACHE
export HF_HOME=$work/home
"$hfhub" local-hub --root "$work/hub" --control >"$work/env" 2>"$work/hub.log" &
hub=$!
for _ in $(seq 100); do
    grep -q HF_TOKEN "$work/env" && break
    kill -0 "$hub" 2>/dev/null || die "the Hub: $(tail -n 1 "$work/hub.log")"
    sleep 0.1
done
. "$work/env"
[ -n "${HF_ENDPOINT:-}" ] || die "the Hub did not start within 10 s"
ok "$HF_ENDPOINT"

step "4. Upload"
before=$(requests_served)
"$hfhub" upload me/quickstart "$source_dir" --repo-type dataset --json >"$work/upload.json" || die "upload"
served=$(($(requests_served) - before))
seconds=$(member "$work/upload.json" seconds)
memory=$(member "$work/upload.json" peak_memory)
ok "$files files in $(printf %.1f "$seconds") s: $(rates "$files" "$bytes" "$seconds"); $served requests; peak memory $(mib "$memory")"
[ "$memory" -lt $((128 * 1048576)) ] || die "the upload took more than 128 MiB of memory"

step "5. Mirror"
before=$(requests_served)
"$hfhub" mirror dataset:me/quickstart --local-dir "$work/mirror" --json >"$work/mirror.json" || die "mirror"
served=$(($(requests_served) - before))
seconds=$(member "$work/mirror.json" seconds)
memory=$(member "$work/mirror.json" peak_memory)
ok "$files files in $(printf %.1f "$seconds") s: $(rates "$files" "$bytes" "$seconds"); $served requests; peak memory $(mib "$memory")"
[ "$memory" -lt $((128 * 1048576)) ] || die "the mirror took more than 128 MiB of memory"

step "6. Compare"
differ=(diff -r -x .cache --exclude=.git)
[ -e "$source_dir/.gitattributes" ] || differ+=(--exclude=.gitattributes)  # the Hub made that one
"${differ[@]}" "$source_dir" "$work/mirror" >"$work/diff" || die "the mirror differs: $(head -n 3 "$work/diff" | tr '\n' ';')"
ok "every byte is the same"

step "7. Mirror again, unchanged"
before=$(requests_served)
"$hfhub" mirror dataset:me/quickstart --local-dir "$work/mirror" --json >"$work/again.json" || die "second mirror"
served=$(($(requests_served) - before))
[ "$(member "$work/again.json" fetched)" = 0 ] || die "the second mirror fetched $(member "$work/again.json" fetched) files"
[ "$served" -le 2 ] || die "the second mirror made $served requests"
ok "nothing fetched, $served request$([ "$served" = 1 ] || echo s), $(printf %.2f "$(member "$work/again.json" seconds)") s"
echo
echo "${green}done${plain} in $(since "$started") s. Next: $hfhub --help"
