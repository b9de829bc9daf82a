#!/usr/bin/env bash
# debian-container.sh OUTDIR: makes OUTDIR/containers/debian, a container image of this host's own distribution (Debian or Ubuntu) with apt and version 1
# of the packages of OUTDIR/archive (build/test-packages.sh), so that there is something to patch.
# Does nothing, and needs no network, where it is there and was made by this recipe for this release.
# Needs: root, mmdebstrap.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
recipe=$here/debian
[ $# -eq 1 ] || { echo "usage: debian-container.sh OUTDIR" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
. "$here/starter/packages.sh"
. "$recipe/packages.sh"
. /etc/os-release
[ "$(dpkg --print-architecture)" = arm64 ] && arch=arm64 || arch=x64

bash "$here/test-packages.sh" "$out"
made_by=$(cd "$here" && { echo "$ID $VERSION_CODENAME $arch $(cat "$out/.archive")"; find debian-container.sh debian/container debian/packages.sh test-packages/archive.list -type f -print0 | sort -z | xargs -0 sha256sum; } |
    sha256sum | cut -d' ' -f1)
stamp=$out/.debian-container
if [ "$(cat "$stamp" 2>/dev/null)" = "$made_by" ] && [ -f "$out/containers/debian/image.json" ]; then
    exit 0
fi

[ "$(id -u)" = 0 ] || { echo "debian-container.sh: the image's files belong to root, which only root can make; run: sudo $here/debian-container.sh $1" >&2; exit 1; }
command -v mmdebstrap > /dev/null || { echo "debian-container.sh: mmdebstrap is missing; run: build/setup.sh" >&2; exit 1; }

work=$(mktemp -d "$out/.container.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
echo "Making the Debian container image (downloads about 30 MB of packages)."
apt-cache show mmdebstrap > /dev/null 2>&1 || refresh_lists
sources > "$work/sources.list"
[ -s "$work/sources.list" ] || { echo "debian-container.sh: apt has no source of $ID $VERSION_CODENAME; look at /etc/apt, then run: apt-get update" >&2; exit 1; }
mkdir -p "$work/image"
ARCHIVE=$out/archive LIST=$here/test-packages/archive.list mmdebstrap --quiet --mode=root --variant=apt --format=directory \
    --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --customize-hook="$recipe/container/customize" \
    "$VERSION_CODENAME" "$work/image/rootfs" "$work/sources.list"
rm -rf "$work/image/rootfs/etc/apt/apt.conf.d/99mmdebstrap" "$work/image/rootfs/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
system=$(. "$work/image/rootfs/etc/os-release"; echo "$PRETTY_NAME" | sed 's/[\/&]/\\&/g')
sed "s/@ARCHITECTURE@/$arch/; s/@SYSTEM@/$system/" "$recipe/container/image.json" > "$work/image/image.json"

# Built beside and moved into place, so that a run that is cut off leaves the old image or none, never half of one.
mkdir -p "$out/containers"
rm -rf "$out/containers/debian"
mv "$work/image" "$out/containers/debian"
echo "$made_by" > "$stamp"
