# Builds one target for a script that a user runs. To be sourced, with `root` as the top of the repository:
#   ensure_built TARGET
# in .build/release unless only .build/dev exists, sets `build` to that folder, and says nothing on standard output.

ensure_built() {
    local preset=release
    if [ ! -e "$root/.build/release/build.ninja" ] && [ -e "$root/.build/dev/build.ninja" ]; then preset=dev; fi
    build=$root/.build/$preset
    {
        . "$root/.ci/packages.sh"
        ensure_packages core || return
        [ -e "$build/build.ninja" ] || (cd "$root" && cmake --preset "$preset") || return
        cmake --build "$build" --target "$1"
    } >&2
}
