#!/usr/bin/env bash
# The client through real proxies, tinyproxy and squid, to an embedded Hub on loopback.
#
#   bash test/net/proxies.sh BUILD_DIR
#
# One line per failing case; the last line reads "N passed, N failed". A proxy that is not installed is
# skipped, which is a failure where CI=true.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$(cd "${1:?usage: proxies.sh BUILD_DIR}" && pwd) || exit 2
client=$(find "$build" -name hfhub_proxy_client -type f | head -n 1)
hub=$(find "$build" -name hfhub_test_hub -type f | head -n 1)
[ -x "$client" ] && [ -x "$hub" ] || { echo "not built: hfhub_proxy_client, hfhub_test_hub"; echo "0 passed, 1 failed"; exit 1; }
PATH=$PATH:/usr/sbin

work=$(mktemp -d)
chmod 755 "$work"
passed=0 failed=0 children=()
cleanup() {
    [ ${#children[@]} -gt 0 ] && kill "${children[@]}" 2>/dev/null
    exec 7>&- 2>/dev/null
    wait 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED $1"; }
# check NAME COMMAND...
check() {
    local name=$1
    shift
    if "$@"; then pass; else fail "$name: $*"; fi
}
free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
wait_for_port() {
    for _ in $(seq 150); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
        sleep 0.1
    done
    return 1
}
wait_for_text() {  # FILE: until it has a line
    for _ in $(seq 150); do
        grep -q . "$1" 2>/dev/null && return 0
        sleep 0.1
    done
    return 1
}

# Everything that ends with standard input ends with this pipe.
mkfifo "$work/stdin"
exec 7<>"$work/stdin"

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hub -addext subjectAltName=IP:127.0.0.1,DNS:hub.test \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
start_hub() {  # NAME [ARGUMENT...]
    local name=$1
    shift
    "$hub" "$work/$name" lfs_threshold=100000 "$@" <&7 >"$work/$name.json" 2>"$work/$name.err" &
    children+=($!)
    wait_for_text "$work/$name.json" || { cat "$work/$name.err"; exit 1; }
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["endpoint"])' "$work/$name.json"
}
start_hub plain >"$work/plain.url"
start_hub secure certificate="$work/cert.pem" key="$work/key.pem" >"$work/secure.url"
plain=$(cat "$work/plain.url") secure=$(cat "$work/secure.url")

# run_client ENDPOINT NAME=VALUE... [-- ARGUMENT...]: only these variables are set. Prints what the client prints.
run_client() {
    local endpoint=$1 variables=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        variables+=("$1")
        shift
    done
    [ $# -gt 0 ] && shift
    env -i HOME="$work" HF_HOME="$work/hf" HF_ENDPOINT="$endpoint" HF_TOKEN=hf_write SSL_CERT_FILE="$work/cert.pem" \
        ASAN_OPTIONS="${ASAN_OPTIONS:-}" TSAN_OPTIONS="${TSAN_OPTIONS:-}" ${variables[@]+"${variables[@]}"} \
        timeout 60 "$client" "$@" 2>"$work/client.err"
}
says() {  # PATTERN COMMAND...
    local pattern=$1 text
    shift
    text=$("$@")
    [[ $text == $pattern ]] && return 0
    echo "    got: $text $(head -n 3 "$work/client.err")"
    return 1
}
recorded() { grep -aqF -- "$1" "$work/record"; }
not_recorded() { ! recorded "$1"; }
nothing_recorded() { [ ! -s "$work/record" ]; }
# What an ended client said may still be on its way through the relay.
forget() { sleep 0.2; : >"$work/record"; }

# relay_to PORT: what the client says to the proxy is written to $work/record from now on; sets `port`.
relay_to() {
    : >"$work/relay.port"
    forget
    python3 test/net/recording_relay.py "$1" "$work/record" <&7 >"$work/relay.port" &
    children+=($!)
    wait_for_text "$work/relay.port"
    port=$(cat "$work/relay.port")
}

# cases NAME PORT PASSWORD QUOTED-PASSWORD STATUS: a proxy that wants the user al listens there, and answers
# with STATUS when the password is wrong.
cases() {
    local name=$1 good wrong none port
    relay_to "$2"
    good=http://al:$4@127.0.0.1:$port wrong=http://al:wrong@127.0.0.1:$port none=http://127.0.0.1:$port
    local basic
    basic="Proxy-Authorization: Basic $(printf 'al:%s' "$3" | base64)"

    check "$name, http in absolute form" says "ok julien" run_client "$plain" HTTP_PROXY="$good"
    check "$name, http in absolute form" recorded "GET $plain/api/whoami-v2 HTTP/1.1"
    check "$name, http carries the proxy's credentials" recorded "$basic"
    check "$name, http needs no CONNECT" not_recorded "CONNECT "

    forget
    check "$name, https through CONNECT" says "ok julien" run_client "$secure" HTTPS_PROXY="$good"
    check "$name, https through CONNECT" recorded "CONNECT ${secure#https://} HTTP/1.1"
    check "$name, CONNECT carries the proxy's credentials" recorded "$basic"
    check "$name, the token is not shown to the proxy" not_recorded hf_write
    check "$name, no field of the request is shown to the proxy" not_recorded whoami

    check "$name, lower case" says "ok julien" run_client "$secure" https_proxy="$good" HTTPS_PROXY=http://127.0.0.1:9
    check "$name, ALL_PROXY" says "ok julien" run_client "$secure" ALL_PROXY="$good"
    forget
    check "$name, each scheme has its own" says "ok julien" run_client "$plain" HTTPS_PROXY="$good"
    check "$name, each scheme has its own" nothing_recorded

    check "$name, http with the wrong password" says "error hub $5 *" run_client "$plain" HTTP_PROXY="$wrong"
    check "$name, CONNECT with the wrong password" says "error connection $5 *" run_client "$secure" HTTPS_PROXY="$wrong"
    check "$name, http without password" says "error hub 407 *" run_client "$plain" HTTP_PROXY="$none"
    check "$name, CONNECT without password" says "error connection 407 *" run_client "$secure" HTTPS_PROXY="$none"
    text=$(run_client "$secure" HTTPS_PROXY="http://al:geheim@127.0.0.1:$port")
    if [[ $text == *geheim* ]]; then fail "$name, an error shows the password: $text"; else pass; fi

    check "$name, the certificate is checked in the tunnel" says "error tls *" \
        run_client "$secure" HTTPS_PROXY="$good" SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt

    # hub.test is known to the client alone, and only when it needs no proxy.
    local host=http://hub.test:${plain##*:}
    forget
    for rule in hub.test .test test 127.0.0.0/8,hub.test '*' "hub.test:${plain##*:}"; do
        check "$name, NO_PROXY=$rule" says "ok julien" run_client "$host" HTTP_PROXY="$good" NO_PROXY="$rule" -- hub.test=127.0.0.1
    done
    for rule in 127.0.0.0/8 10.0.0.0/8,127.0.0.1/32 127.0.0.1; do
        check "$name, NO_PROXY=$rule" says "ok julien" run_client "$plain" HTTP_PROXY="$good" no_proxy="$rule"
        check "$name, NO_PROXY=$rule" says "ok julien" run_client "$secure" HTTPS_PROXY="$good" no_proxy="$rule"
    done
    check "$name, exempted hosts are reached directly" nothing_recorded
    for rule in other.test .www.hub.test 10.0.0.0/8 ub.test; do
        forget
        run_client "$host" HTTP_PROXY="$good" NO_PROXY="$rule" -- hub.test=127.0.0.1 >/dev/null
        check "$name, NO_PROXY=$rule is for others" recorded "GET $host/api/whoami-v2 HTTP/1.1"
    done
}

# refusals NAME PORT: a proxy without password listens there, which lets CONNECT through to port 443 only.
refusals() {
    local port
    relay_to "$2"
    check "$1, CONNECT is refused" says "error connection 403 *403*" run_client "$secure" HTTPS_PROXY="http://127.0.0.1:$port"
    check "$1, a refused CONNECT has shown no token" not_recorded hf_write
    check "$1, http goes through all the same" says "ok julien" run_client "$plain" HTTP_PROXY="http://127.0.0.1:$port"
}

start_tinyproxy() {  # NAME LINE...: sets `port`
    local name=$1
    shift
    port=$(free_port)
    printf '%s\n' "Port $port" "Listen 127.0.0.1" "Timeout 60" "MaxClients 50" "LogFile \"$work/$name.log\"" "LogLevel Info" \
        "Allow 127.0.0.1" "$@" >"$work/$name.conf"
    tinyproxy -d -c "$work/$name.conf" >"$work/$name.out" 2>&1 &
    children+=($!)
    wait_for_port "$port" || { fail "$name does not start"; cat "$work/$name.out"; return 1; }
}
start_squid() {  # NAME LINE...: sets `port`
    local name=$1
    shift
    port=$(free_port)
    mkdir -m 777 "$work/$name"
    printf '%s\n' "http_port 127.0.0.1:$port" "pid_filename $work/$name/pid" "cache_log $work/$name/cache.log" \
        "access_log none" "cache deny all" "cache_mem 8 MB" "coredump_dir $work/$name" "pinger_enable off" \
        "netdb_filename none" "shutdown_lifetime 0 seconds" "max_filedescriptors 1024" "visible_hostname proxy.test" \
        "$@" >"$work/$name.conf"
    squid -N -f "$work/$name.conf" >"$work/$name.out" 2>&1 &
    children+=($!)
    wait_for_port "$port" || { fail "$name does not start"; tail -n 5 "$work/$name.out" "$work/$name/cache.log"; return 1; }
}
have() {
    command -v "$1" >/dev/null && return 0
    echo "skipped: $1 is not installed"
    [ "${CI:-}" = true ] && fail "$1 is not installed"
    return 1
}

check "directly" says "ok julien" run_client "$plain"
check "directly, https" says "ok julien" run_client "$secure"
check "a dead proxy" says "error connection 0 *" run_client "$plain" HTTP_PROXY=http://127.0.0.1:9

if have tinyproxy; then
    start_tinyproxy tiny 'BasicAuth al pwd7' && cases tinyproxy "$port" pwd7 pwd7 401
    start_tinyproxy strict "ConnectPort 443" && refusals tinyproxy "$port"
fi
if have squid; then
    printf 'al:%s\n' "$(openssl passwd -apr1 'p w:d')" >"$work/users"
    helper=$(find /usr/lib /usr/libexec -name basic_ncsa_auth 2>/dev/null | head -n 1)
    start_squid squid "auth_param basic program $helper $work/users" "acl known proxy_auth REQUIRED" \
        "http_access allow known" "http_access deny all" && cases squid "$port" "p w:d" p%20w%3Ad 407
    start_squid strict_squid "acl tls port 443" "http_access deny CONNECT !tls" "http_access allow localhost" \
        "http_access deny all" && refusals squid "$port"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
