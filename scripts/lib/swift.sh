# The Swift toolchain. Source this file; it only defines functions.

minimum_swift=6.2

# ensure_swift: exits 69 and says where to get a toolchain when there is none on PATH that is new enough.
ensure_swift() {
    local found=''
    if command -v swift >/dev/null; then
        found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*[0-9]\).*/\1/p' | head -n 1)
    fi
    if [ -z "$found" ]; then
        echo "$(basename "$0"): no Swift toolchain on PATH." >&2
    elif [ "$(printf '%s\n' "$minimum_swift" "$found" | sort -V | head -n 1)" != "$minimum_swift" ]; then
        echo "$(basename "$0"): Swift $found is too old." >&2
    else
        return 0
    fi
    echo "Get Swift $minimum_swift or later for Debian 12 from https://www.swift.org/install/linux/ and put its" >&2
    echo "usr/bin folder on PATH." >&2
    exit 69
}

# build_products CONFIGURATION PRODUCT...: builds them and prints the folder that they are in.
build_products() {
    local configuration=$1 product
    shift
    for product in "$@"; do
        # Said outright: errexit does not reach into a command substitution.
        swift build -c "$configuration" --product "$product" >&2 || return
    done
    swift build -c "$configuration" --show-bin-path
}
