# Debian packages that the project builds, tests and shows itself with. Source this file; it only defines functions.

# What swift build needs beside the toolchain itself.
build_packages=(git pkg-config g++ libprotobuf-c-dev libsqlite3-dev zlib1g-dev)
# What the foreign clients in Examples/ need.
client_packages=(
    golang-go golang-github-containerd-ttrpc-dev gogoprotobuf protobuf-compiler libprotobuf-dev python3-protobuf)
# What the tests open packs with, look at processes with, press TAB in, read manual pages and metrics with, and boot.
test_packages=(
    libarchive-tools python3 strace unzip fish zsh groff-base mandoc python3-prometheus-client systemd dbus)
# What scripts/package makes and examines the Debian package with.
package_packages=(dpkg-dev debhelper lintian)

# ensure_packages NAME...: installs those that are missing; exits 69 and says what to do when it cannot.
ensure_packages() {
    if ! command -v dpkg-query >/dev/null; then
        echo "$(basename "$0"): this is no Debian or Ubuntu; see to it yourself that these are there: $*" >&2
        return 0
    fi
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        # Only where it does not ask: nobody may be there to type a password.
        if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
            echo "$(basename "$0"): packages are missing; as root, run: apt-get install ${missing[*]}" >&2
            exit 69
        fi
        as_root=(sudo -n)
    fi
    echo "installing ${missing[*]}" >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}
