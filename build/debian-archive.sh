#!/usr/bin/env bash
# debian-archive.sh OUTDIR: makes OUTDIR/debian-archive, an apt archive of those packages of this host's own distribution (Debian or Ubuntu) that
# New-VMImage -Distribution asks for, and of openssh-server, cloud-init and sudo: what is tested where there is no network. OUTDIR/debian-archive/suite says its suite.
# Does nothing, and needs no network, where it is there and was made by this recipe for this release. Needs: root, where apt's lists are missing; dpkg-deb.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 1 ] || { echo "usage: debian-archive.sh OUTDIR" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
. "$here/starter/packages.sh"
. "$here/debian/archive-packages.sh"
. /etc/os-release
arch=$(dpkg --print-architecture)

made_by=$(cd "$here" && { echo "$ID $VERSION_CODENAME $arch"; sha256sum debian-archive.sh debian/archive-packages.sh; } | sha256sum | cut -d' ' -f1)
stamp=$out/.debian-archive
if [ "$(cat "$stamp" 2>/dev/null)" = "$made_by" ] && [ -f "$out/debian-archive/suite" ]; then
    exit 0
fi

work=$(mktemp -d "$out/.debian-archive.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
echo "Making the Debian archive (downloads about 140 MB of packages)."
mkdir -p "$work/apt/archives/partial"
: > "$work/apt/status"
apt-cache show qemu-guest-agent > /dev/null 2>&1 || refresh_lists
# Lists that are older than the archive name files that are gone: once more with new ones.
fetch_archive || { refresh_lists; fetch_archive; }

suite=$VERSION_CODENAME
folder=$work/archive/dists/$suite
list=main/binary-$arch/Packages
mkdir -p "$work/archive/pool" "$folder/main/binary-$arch"
for deb in "$work"/apt/archives/*.deb; do
    name=pool/$(basename "$deb" | sed 's/%3a/-/g')
    mv "$deb" "$work/archive/$name"
    dpkg-deb -f "$work/archive/$name"
    echo "Filename: $name"
    echo "Size: $(stat -c %s "$work/archive/$name")"
    echo "SHA256: $(sha256sum "$work/archive/$name" | cut -d' ' -f1)"
    echo
done > "$folder/$list"
cat > "$folder/Release" <<RELEASE
Origin: $ID
Label: $ID
Suite: $suite
Codename: $suite
Architectures: $arch
Components: main
Date: $(date -u '+%a, %d %b %Y %H:%M:%S UTC')
SHA256:
 $(sha256sum "$folder/$list" | cut -d' ' -f1) $(stat -c %s "$folder/$list") $list
RELEASE
echo "$suite" > "$work/archive/suite"

# Built beside and moved into place, so that a run that is cut off leaves the old archive or none, never half of one.
rm -rf "$out/debian-archive"
mv "$work/archive" "$out/debian-archive"
echo "$made_by" > "$stamp"
