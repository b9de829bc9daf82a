#!/usr/bin/env bash
# debian-image.sh OUTDIR: makes OUTDIR/vms/debian, a virtual machine's image of this host's own distribution (Debian or Ubuntu) with systemd, apt and
# the QEMU guest agent: a kernel, a small initramfs and a disk that each machine gets a copy-on-write child of.
# Does nothing, and needs no network, where it is there and was made by this recipe for this release.
# No loop device and no mount outside a namespace. Needs: root, mmdebstrap, busybox, cpio, e2fsprogs, lz4, qemu-utils, xz-utils, zstd.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
recipe=$here/debian
[ $# -eq 1 ] || { echo "usage: debian-image.sh OUTDIR" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
. "$here/starter/packages.sh"
. "$here/starter/guest.sh"
. "$recipe/packages.sh"
. /etc/os-release

case $(dpkg --print-architecture) in
    amd64) arch=x64 console=ttyS0 ;;
    arm64) arch=arm64 console=ttyAMA0 ;;
    *) echo "debian-image.sh: $(dpkg --print-architecture) is not supported; amd64 and arm64 are." >&2; exit 1 ;;
esac

made_by=$(cd "$here" && { echo "$ID $VERSION_CODENAME $arch"; find debian-image.sh debian starter/packages.sh starter/guest.sh -type f -print0 | sort -z | xargs -0 sha256sum; } |
    sha256sum | cut -d' ' -f1)
stamp=$out/.debian-image
if [ "$(cat "$stamp" 2>/dev/null)" = "$made_by" ] && [ -f "$out/vms/debian/image.json" ] && [ -f "$out/vms/debian/disk.qcow2" ]; then
    exit 0
fi

for tool in mmdebstrap busybox cpio mke2fs lz4 qemu-img xz zstd; do
    command -v "$tool" > /dev/null || { echo "debian-image.sh: $tool is missing; run: build/setup.sh" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "debian-image.sh: the image's files belong to root, which only root can make; run: sudo $here/debian-image.sh $1" >&2; exit 1; }

work=$(mktemp -d "$out/.debian.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
echo "Making the Debian image (downloads about 130 MB of packages)."
install_distribution "$work"
make_image "$work" "$work/image"

# Built beside and moved into place, so that a run that is cut off leaves the old image or none, never half of one.
mkdir -p "$out/vms"
rm -rf "$out/vms/debian"
mv "$work/image" "$out/vms/debian"
echo "$made_by" > "$stamp"
