#!/usr/bin/env bash
# Installs what is missing on Debian or Ubuntu with nothing but the .NET SDK. Asks dpkg first: a second run needs no network and no root.
#   build/setup.sh           what building and running needs
#   build/setup.sh test      and what the tests talk to (sshd, openssl, nft, a registry, skopeo, podman)
#   build/setup.sh bench     the peers too that build/bench.sh measures beside (crun, podman, libvirt, a registry)
set -euo pipefail
. "$(dirname "$0")/common.sh"

packages=(
    ca-certificates git             # restoring packages; telling what has changed
    gcc libc6-dev                   # the link step of Native AOT, and the C shim
    iproute2 util-linux             # namespaces of the tests: ip, unshare, nsenter, flock
    qemu-utils                      # qemu-img
    seabios                         # generation 1, and qboot's neighbours
    swtpm                           # virtual TPMs
    busybox-static cpio lz4 xz-utils zstd   # the starter guest and the starter image
    mmdebstrap e2fsprogs mtools     # the Debian image, and New-VMImage -Distribution
)
case $debian_arch in
    amd64) packages+=(qemu-system-x86 ovmf) ;;
    arm64) packages+=(qemu-system-arm qemu-efi-aarch64) ;;
esac
# A package of its own since Debian 13 and Ubuntu 24.04; before that it comes with QEMU.
if (. /etc/os-release 2>/dev/null && case $ID in debian) [ "${VERSION_ID:-13}" -ge 13 ] ;; ubuntu) [ "${VERSION_ID%%.*}" -ge 24 ] ;; *) false ;; esac); then
    packages+=(virtiofsd) # files of containers that have a machine of their own
fi
case ${1:-} in
    '') ;;
    test)
        packages+=(openssh-server openssh-client openssl nftables xfsprogs btrfs-progs)
        packages+=(docker-registry skopeo umoci buildah podman) # a registry, and who else reads and writes images
        packages+=(xorriso) # media that are installed from
        packages+=(secilc) # the SELinux policy of a guest
        [ "$debian_arch" != amd64 ] || packages+=(qemu-system-arm qemu-efi-aarch64) # machines of another CPU
        ;;
    bench) packages+=(crun podman libvirt-daemon-system libvirt-clients docker-registry skopeo umoci) ;;
    *) fail "Unknown argument '$1'. Usage: build/setup.sh [test | bench]" ;;
esac

command -v dotnet >/dev/null || fail "The .NET SDK 10.0 is not on the PATH: install it first (https://dotnet.microsoft.com/download, or: apt-get install dotnet-sdk-10.0)."
command -v dpkg-query >/dev/null ||
    fail "This is not Debian or Ubuntu: install these packages (by whatever name they have here), then run build/build.sh: ${packages[*]}"

mapfile -t missing < <(
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
    for package in "${packages[@]}"; do
        grep -qx "installed $package" <<<"$installed" || echo "$package"
    done
)
[ ${#missing[@]} -gt 0 ] || exit 0

[ "$(id -u)" = 0 ] || fail "These packages are missing: ${missing[*]}. Install them with: sudo $root/build/setup.sh ${1:-}"
command -v apt-get >/dev/null || fail "These packages are missing, and there is no apt-get to install them: ${missing[*]}."

say "Installing ${missing[*]} ..."
# The tests start an sshd of their own on loopback. The machine's, which was not there, shall not begin to serve because of them: sshd(8) on Debian.
if [[ " ${missing[*]} " == *" openssh-server "* ]]; then
    mkdir -p /etc/ssh
    touch /etc/ssh/sshd_not_to_be_run
fi
# Nor shall a registry of the machine's, which would serve everybody, or podman's socket: systemd.unit(5), masked units.
for unit in docker-registry.service podman.socket; do
    if [[ " ${missing[*]} " == *" ${unit%.*} "* ]] && [ ! -e "/etc/systemd/system/$unit" ]; then
        mkdir -p /etc/systemd/system
        ln -s /dev/null "/etc/systemd/system/$unit"
    fi
done
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null >>"$log" 2>&1; }
# The lists are often there already; they are fetched only when apt cannot do without.
if ! apt install -y --no-install-recommends "${missing[@]}"; then
    apt update || { tail -n 3 "$log" >&2; fail "Cannot fetch the package lists: check the network and /etc/apt/sources.list, then run this again."; }
    apt install -y --no-install-recommends "${missing[@]}" || { tail -n 5 "$log" >&2; fail "Cannot install ${missing[*]}: apt's last lines are above."; }
fi
