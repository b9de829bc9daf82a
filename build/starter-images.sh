#!/usr/bin/env bash
# starter-images.sh OUTDIR: makes the starter guest (OUTDIR/vms/starter), the starter container image (OUTDIR/containers/starter) and what containers in virtual machines boot (OUTDIR/machine)
# from the distribution's own packages, downloaded with the machine's own apt sources into a folder of their own; nothing is installed.
# Does nothing, and needs no network, where both are there and were made by this recipe.
# Needs: apt, dpkg, busybox (for depmod), cpio, lz4, xz-utils, zstd. No root where the package lists are there already.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
recipe=$here/starter
[ $# -eq 1 ] || { echo "usage: starter-images.sh OUTDIR" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
. "$recipe/packages.sh"
. "$recipe/guest.sh"
. "$recipe/container.sh"
. "$recipe/machine.sh"

case $(dpkg --print-architecture) in
    amd64) arch=x64 console=ttyS0 ;;
    arm64) arch=arm64 console=ttyAMA0 ;;
    *) echo "starter-images.sh: $(dpkg --print-architecture) is not supported; amd64 and arm64 are." >&2; exit 1 ;;
esac

made_by=$(cd "$here" && find starter-images.sh starter -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
stamp=$out/.starter-images
if [ "$(cat "$stamp" 2>/dev/null)" = "$made_by" ] && [ -f "$out/vms/starter/image.json" ] && [ -f "$out/containers/starter/image.json" ] && [ -f "$out/machine/modules.cpio" ]; then
    exit 0
fi

for tool in busybox cpio lz4 xz zstd; do
    command -v "$tool" > /dev/null || { echo "starter-images.sh: $tool is missing; run: build/setup.sh" >&2; exit 1; }
done

work=$(mktemp -d "$out/.starter.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "Making the starter images (downloads about 45 MB of packages)."
fetch_packages "$work"
make_guest "$work" "$work/vms"
make_container "$work" "$work/containers"
make_machine "$work" "$work/machine"

# Built beside and moved into place, so that a run that is cut off leaves the old images or none, never half of one.
for kind in vms containers; do
    mkdir -p "$out/$kind"
    rm -rf "$out/$kind/starter"
    mv "$work/$kind" "$out/$kind/starter"
done
rm -rf "$out/machine"
mv "$work/machine" "$out/machine"
echo "$made_by" > "$stamp"
