#!/usr/bin/env bash
# Uses hfhub as others do: as an installed package found by find_package, and by add_subdirectory.
#   bash test/consumer.sh [BUILD_DIR]    a finished build, .build/release by default
# BUILD_DIR is used by its own compiler and, unless it holds Asio's code (HFHUB_SEPARATE_ASIO), by clang; the
# subdirectory is built by clang, without Asio's code, and installed for the other compiler. CLANG names another clang
# than clang++-16, GXX another g++. The last line reads "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
build=${1:-.build/release}
gxx=${GXX:-g++} clang=${CLANG:-clang++-16}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() {  # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name"
        tail -n 30 "$work/log"
    fi
}
prints() {  # TEXT COMMAND...: ends well and prints a line that contains TEXT
    "${@:2}" 2>&1 | tee "$work/printed" && grep -qF -- "$1" "$work/printed"
}
fails_with() {  # TEXT COMMAND...
    ! "${@:2}" >"$work/printed" 2>&1
    local status=$?
    cat "$work/printed"
    [ $status -eq 0 ] && tr -s ' \n' '  ' <"$work/printed" | grep -qF -- "$1"
}

mirrors() {  # DIR: the whole of hfhub works in a program of that build
    mkdir -p "$work/data/out"
    printf '{"model_type": "test"}\n' >"$work/data/out/config.json"
    prints '2 files, {"model_type": "test"}' env HF_HOME="$work/data/home" "$1/consumer" "$work/data"
    local status=$?
    rm -rf "$work/data"
    return $status
}
names() {  # PROGRAM: both libraries in it reach the Hub
    mkdir -p "$work/data"
    prints "me, me" env HF_HOME="$work/data/home" "$1" "$work/data"
    local status=$?
    rm -rf "$work/data"
    return $status
}
uses() {  # NAME BUILD CMAKE-ARGUMENT...: test/consumer builds, and its programs run
    check "$1: is configured" cmake -S test/consumer -B "$2" -G Ninja "${@:3}"
    check "$1: builds" cmake --build "$2"
    check "$1: runs without a network" prints offline env HF_HUB_OFFLINE=1 "$2/client"
    check "$1: uploads and mirrors" mirrors "$2"
    check "$1: in two libraries, one with deprecated names" names "$2/two_libraries"
    check "$1: in a program that compiles Asio itself" names "$2/with_own_asio"
}
probe() {  # REQUEST CMAKE-ARGUMENT...: what find_package finds
    rm -rf "$work/probe"
    cmake -S test/consumer/probe -B "$work/probe" -G Ninja "$package" -DREQUEST="$1" "${@:2}" 2>&1
}
without_libgit2() { (export PKG_CONFIG_PATH= PKG_CONFIG_LIBDIR=/nonexistent && "$@"); }
has_no_code_of_boost() {  # LIBRARY NAMESPACE: what is defined in it may be defined again elsewhere
    nm -C --defined-only "$1" | tee "$work/symbols" >/dev/null && grep -q ' T hf::' "$work/symbols" &&
        ! grep -E " [TDB] boost::$2::" "$work/symbols"
}
is_quiet() {  # COMPILER: no header of ours warns those who include it by path
    find include/hf -name '*.hpp' | sort | sed 's/^include\/\(.*\)/#include <\1>/' >"$work/headers.cpp"
    [ -s "$work/headers.cpp" ] && "$1" -std=c++20 -fsyntax-only -Iinclude -Wall -Wextra -Wpedantic -Wshadow \
        -Wconversion -Werror "$work/headers.cpp"
}

# The package.
check "installs" cmake --install "$build" --prefix "$work/prefix"
check "keeps to its place" bash -c "! find '$work/prefix' -type f | grep -vE '/(include/hf|lib/.*(libhfhub|cmake/hfhub)|bin/hfhub)'"
package=-DCMAKE_PREFIX_PATH=$work/prefix
uses "package, same compiler" "$work/package" "$package" -DCMAKE_CXX_COMPILER="$gxx"
# Asio's compiled code has names that differ between compilers; header-only, either builds for the other.
if ! grep -rqF 'set(hfhub_SEPARATE_ASIO ON)' "$work/prefix" --include=hfhub-config.cmake; then
    uses "package, clang" "$work/package_clang" "$package" -DCMAKE_CXX_COMPILER="$clang"
fi

# Its components, where something that they need is missing.
without=-DCMAKE_DISABLE_FIND_PACKAGE_
no_pkg_config=-DPKG_CONFIG_EXECUTABLE=/nonexistent
client="found 1; targets hfhub::hfhub; module path ''"
both="found 1; targets hfhub::hfhub hfhub::local_hub; module path ''"
nothing="found 0; targets ; module path ''"
check "both by default" prints "$both" probe ""
check "both by name" prints "$both" probe "REQUIRED;COMPONENTS;client;local_hub"
check "client only by name" prints "$client" probe "REQUIRED;COMPONENTS;client"
check "client without libgit2" prints "$client" without_libgit2 probe ""
check "says what is not there" prints "hfhub::local_hub needs libgit2 and libyaml, not found." without_libgit2 probe ""
check "local_hub if possible" prints "$client" \
    probe "REQUIRED;OPTIONAL_COMPONENTS;local_hub" "${without}SQLite3=ON"
check "required local_hub without libgit2" fails_with "hfhub::local_hub needs libgit2 and libyaml and SQLite3, not found." \
    without_libgit2 probe "REQUIRED;COMPONENTS;local_hub" "${without}SQLite3=ON"
check "required local_hub without pkg-config" fails_with "hfhub::local_hub needs pkg-config, not found." \
    probe "REQUIRED;COMPONENTS;local_hub" "$no_pkg_config"
check "quiet local_hub without libgit2" prints "found 0; targets hfhub::hfhub; module path ''; hfhub::local_hub needs libgit2" \
    without_libgit2 probe "QUIET;COMPONENTS;local_hub"
check "unknown component" prints "hfhub has no component relay, only client and local_hub." probe "QUIET;COMPONENTS;relay"
for name in Boost OpenSSL ZLIB LZ4 Threads; do
    check "quiet without $name" prints "$nothing; hfhub could not be found because dependency $name" \
        probe "QUIET" "$without$name=ON"
done
check "the client alone is configured" without_libgit2 cmake -S test/consumer -B "$work/client" -G Ninja "$package" \
    -DHFHUB_COMPONENTS=client "$no_pkg_config" "${without}SQLite3=ON"
check "the client alone builds" cmake --build "$work/client"
check "the client alone runs" prints offline env HF_HUB_OFFLINE=1 "$work/client/client"
check "the client alone links nothing more" bash -c "! readelf -d '$work/client/client' | grep -E 'NEEDED.*(git2|sqlite)'"

# A subdirectory, with the flags and at the depth of the clang preset, so that a compiler cache knows the objects there.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
subdirectory=.build/consumer
rm -rf "$subdirectory"
uses "subdirectory" "$subdirectory" -DHFHUB_SOURCE="$PWD" -DHFHUB_WERROR=ON -DCMAKE_CXX_COMPILER="$clang" \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-O0 -g1"
check "builds no tests of hfhub" bash -c "! ninja -C '$subdirectory' -t targets all | grep -E 'hfhub_(unit|net|bench)'"
check "no code of Asio in it" has_no_code_of_boost "$subdirectory/hfhub/src/libhfhub.a" asio
check "no code of Beast in either" has_no_code_of_boost "$build/src/libhfhub.a" beast
check "subdirectory without libgit2" prints "no hfhub::local_hub without libgit2" without_libgit2 \
    cmake -S test/consumer -B "$work/bare" -G Ninja -DHFHUB_SOURCE="$PWD"
check "top level without libgit2" fails_with "-DHFHUB_LOCAL_HUB=OFF" without_libgit2 cmake -S . -B "$work/top" -G Ninja
check "subdirectory installs" cmake --install "$subdirectory" --prefix "$work/prefix_clang"
uses "package of clang" "$work/package_of_clang" -DCMAKE_PREFIX_PATH="$work/prefix_clang" -DCMAKE_CXX_COMPILER="$gxx"

for compiler in "$gxx" "$clang"; do check "no warnings by $compiler" is_quiet "$compiler"; done
check "hf_api.hpp is light" python3 test/consumer/weight.py "$gxx"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
