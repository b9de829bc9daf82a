#!/usr/bin/env bash
# debian-system.sh OUTDIR: makes OUTDIR/containers/debian-system, a container image of this host's own distribution (Debian or Ubuntu) with systemd as its
# first process and one service of its own, a web server on port 8080: what New-Container -System is tested with.
# Does nothing, and needs no network, where it is there and was made by this recipe for this release.
# Needs: root, mmdebstrap.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
recipe=$here/debian-system
[ $# -eq 1 ] || { echo "usage: debian-system.sh OUTDIR" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
. "$here/starter/packages.sh"
. "$here/debian/packages.sh"
. /etc/os-release
[ "$(dpkg --print-architecture)" = arm64 ] && arch=arm64 || arch=x64

made_by=$(cd "$here" && { echo "$ID $VERSION_CODENAME $arch"; find debian-system.sh debian-system debian/packages.sh -type f -print0 | sort -z | xargs -0 sha256sum; } |
    sha256sum | cut -d' ' -f1)
stamp=$out/.debian-system
if [ "$(cat "$stamp" 2>/dev/null)" = "$made_by" ] && [ -f "$out/containers/debian-system/image.json" ]; then
    exit 0
fi

[ "$(id -u)" = 0 ] || { echo "debian-system.sh: the image's files belong to root, which only root can make; run: sudo $here/debian-system.sh $1" >&2; exit 1; }
command -v mmdebstrap > /dev/null || { echo "debian-system.sh: mmdebstrap is missing; run: build/setup.sh" >&2; exit 1; }

work=$(mktemp -d "$out/.system.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
echo "Making the Debian system image (downloads about 45 MB of packages)."
apt-cache show mmdebstrap > /dev/null 2>&1 || refresh_lists
sources > "$work/sources.list"
[ -s "$work/sources.list" ] || { echo "debian-system.sh: apt has no source of $ID $VERSION_CODENAME; look at /etc/apt, then run: apt-get update" >&2; exit 1; }
mkdir -p "$work/image"
mmdebstrap --quiet --mode=root --variant=minbase --format=directory --include=systemd-sysv,dbus,iproute2,busybox \
    --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --customize-hook="$recipe/customize" \
    "$VERSION_CODENAME" "$work/image/rootfs" "$work/sources.list"
rm -rf "$work/image/rootfs/etc/apt/apt.conf.d/99mmdebstrap" "$work/image/rootfs/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
system=$(. "$work/image/rootfs/etc/os-release"; echo "$PRETTY_NAME" | sed 's/[\/&]/\\&/g')
sed "s/@ARCHITECTURE@/$arch/; s/@SYSTEM@/$system/" "$recipe/image.json" > "$work/image/image.json"

# Built beside and moved into place, so that a run that is cut off leaves the old image or none, never half of one.
mkdir -p "$out/containers"
rm -rf "$out/containers/debian-system"
mv "$work/image" "$out/containers/debian-system"
echo "$made_by" > "$stamp"
