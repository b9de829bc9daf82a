#!/usr/bin/env bash
# payloads.sh OUTDIR: makes OUTDIR/payloads, media of other systems than a Linux guest of ours, each as an admin would bring it: ISO images that a BIOS, UEFI or both start, and firmware.
# VmImages.PayloadTests boots them and reads their screens. The packages come with the machine's own apt sources and are unpacked, not installed; so are the tools.
# Does nothing, and needs no network, where they are there and were made by this recipe.
# Needs: apt, dpkg, busybox, cpio, gzip. No root where the package lists are there already. amd64 only: an arm64 machine has hardly anything of the kind.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
recipe=$here/payloads
[ $# -eq 1 ] || { echo "usage: payloads.sh OUTDIR" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
. "$here/starter/packages.sh"
. "$recipe/media.sh"

made_by=$(cd "$here" && find payloads.sh payloads starter/packages.sh -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
stamp=$out/.payloads
if [ "$(cat "$stamp" 2>/dev/null)" = "$made_by" ] && [ -d "$out/payloads" ]; then
    exit 0
fi
[ "$(dpkg --print-architecture)" = amd64 ] || { echo "payloads.sh: $(dpkg --print-architecture) is not supported; amd64 is." >&2; exit 1; }

payloads=(
    memtest86+ ipxe grub-rescue-pc          # media of their own
    grub-pc-bin grub-efi-amd64-bin          # starts Mach, Xen and the installer
    isolinux syslinux-common                # starts HDT
    u-boot-qemu                             # firmware itself
    gnumach-image-1.8-486 xen-hypervisor-4.17-amd64
    debian-installer-12-netboot-amd64 debian-installer-12-netboot-i386
)
# For guests of another CPU: unknown to this machine's own lists.
arm64_payloads=(grub-efi-arm64-bin busybox-static)
tools=(grub-common xorriso libisoburn1 libisofs6 libburn4 libjte2 mtools)

work=$(mktemp -d "$out/.payloads.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "Making the payloads (downloads about 160 MB of packages and lists)."
mkdir -p "$work/apt/archives/partial" "$work/root" "$work/payloads"
: > "$work/apt/status"
fetch() { (cd "$work/apt/archives" && private_apt download "${payloads[@]}" "${tools[@]}"); }
apt-cache show memtest86+ > /dev/null 2>&1 || refresh_lists
# Lists that are older than the archive name files that are gone: once more with new ones.
fetch || { refresh_lists; fetch; }
for file in "$work"/apt/archives/*.deb; do dpkg-deb -x "$file" "$work/root"; done
fetch_arm64

for name in memtest86 ipxe grub hdt mach xen installer starter i386 shell uboot arm64; do "make_$name" "$work/payloads"; done

# Built beside and moved into place, so that a run that is cut off leaves the old ones or none, never half of one.
rm -rf "$out/payloads"
mv "$work/payloads" "$out/payloads"
echo "$made_by" > "$stamp"
