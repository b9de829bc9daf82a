# Functions of payloads.sh: what stands on each medium. $work/root has the packages, unpacked.

packaged() { echo "$work/root/$1"; }

# A tool of the packages with the packages' own libraries.
tool() { local name=$1; shift; LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu "$work/root/usr/bin/$name" "$@"; }

# iso OUTPUT TREE [BOOT IMAGE...]: an ISO 9660 image; boot/efi.img in the tree, where there is one, is what UEFI starts.
iso() {
    local output=$1 tree=$2
    shift 2
    [ ! -e "$tree/efi.img" ] || set -- "$@" -eltorito-alt-boot -e efi.img -no-emul-boot
    tool xorriso -as mkisofs -quiet -V PAYLOAD -R -J -o "$output" "$@" "$tree" 2> "$work/xorriso.log" || { cat "$work/xorriso.log" >&2; return 1; }
}

# bios_of PROGRAM: how a BIOS starts a program of the tree (El Torito, without emulation).
bios_of() { echo "-b $1 -no-emul-boot -boot-load-size 4 -boot-info-table"; }

# fat OUTPUT KILOBYTES: an empty FAT file system.
fat() { tool mformat -C -i "$1" -T $(($2 * 2)) -h 2 -s 18 ::; }

# efi TREE PROGRAM [NAME]: what UEFI starts by itself from a medium.
efi() {
    mkdir -p "$1"
    fat "$1/efi.img" $(($(stat -c %s "$2") / 1024 + 256))
    tool mmd -i "$1/efi.img" ::/EFI ::/EFI/BOOT
    tool mcopy -i "$1/efi.img" "$2" "::/EFI/BOOT/${3:-BOOTX64.EFI}"
}

# grub_of TREE: GRUB for both firmwares, which reads boot/grub/grub.cfg of the medium.
grub_of() {
    local tree=$1 modules="iso9660 normal configfile echo multiboot multiboot2 linux search test"
    mkdir -p "$tree/boot/grub"
    tool grub-mkimage -O i386-pc-eltorito -d "$(packaged usr/lib/grub/i386-pc)" -p /boot/grub -o "$tree/boot/grub/eltorito.img" biosdisk $modules
    # A medium of UEFI is a file system of its own: the configuration is looked for on the one around it.
    echo 'search --file --set=root /boot/grub/grub.cfg
set prefix=($root)/boot/grub' > "$work/early.cfg"
    tool grub-mkimage -O x86_64-efi -d "$(packaged usr/lib/grub/x86_64-efi)" -p /boot/grub -c "$work/early.cfg" -o "$work/grub.efi" $modules fat part_gpt efi_gop
    efi "$tree" "$work/grub.efi"
}

grub_iso() { iso "$1" "$2" $(bios_of boot/grub/eltorito.img); }

# isolinux_of TREE MODULE...: Syslinux for media, which reads isolinux.cfg.
isolinux_of() {
    local tree=$1 module
    shift
    mkdir -p "$tree"
    cp "$(packaged usr/lib/ISOLINUX/isolinux.bin)" "$tree/"
    for module in ldlinux "$@"; do cp "$(packaged "usr/lib/syslinux/modules/bios/$module.c32")" "$tree/"; done
}

# cpio_of TREE OUTPUT: an initramfs.
cpio_of() { (cd "$1" && find . -print0 | sort -z | cpio -0 -o -H newc -R 0:0 --quiet --reproducible) > "$2"; }

make_memtest86() {
    local tree=$work/memtest86
    efi "$tree" "$(packaged boot/memtest86+x64.efi)"
    isolinux_of "$tree"
    cp "$(packaged boot/memtest86+x64.bin)" "$tree/memtest"
    echo 'DEFAULT memtest' > "$tree/isolinux.cfg"
    iso "$1/memtest86.iso" "$tree" $(bios_of isolinux.bin)
}

make_ipxe() {
    cp "$(packaged usr/lib/ipxe/ipxe.iso)" "$1/ipxe-bios.iso"
    efi "$work/ipxe" "$(packaged boot/ipxe.efi)"
    iso "$1/ipxe-uefi.iso" "$work/ipxe"
}

# For UEFI the package has no medium, but the program that would be on it.
make_grub() {
    cp "$(packaged usr/lib/grub-rescue/grub-rescue-cdrom.iso)" "$1/grub-bios.iso"
    efi "$work/grub" "$(packaged usr/lib/grub/x86_64-efi/monolithic/grubx64.efi)"
    iso "$1/grub-uefi.iso" "$work/grub"
}

make_hdt() {
    isolinux_of "$work/hdt" hdt libcom32 libutil libgpl libmenu menu
    echo 'DEFAULT hdt.c32' > "$work/hdt/isolinux.cfg"
    iso "$1/hdt.iso" "$work/hdt" $(bios_of isolinux.bin)
}

# The multiboot of a kernel of 32 bits, which UEFI of 64 bits does not go back to.
make_mach() {
    local tree=$work/mach
    grub_of "$tree"
    gzip -dc "$(packaged boot/gnumach-1.8-486.gz)" > "$tree/boot/gnumach"
    printf 'multiboot /boot/gnumach\nboot\n' > "$tree/boot/grub/grub.cfg"
    grub_iso "$1/mach.iso" "$tree"
}

# Xen is started by both firmwares; the Linux that it starts first is the installer's, and the busybox in it is this machine's.
make_xen() {
    local tree=$work/xen
    grub_of "$tree"
    gzip -dc "$(packaged boot/xen-4.17-amd64.gz)" > "$tree/boot/xen"
    cp "$(netboot amd64)/linux" "$tree/"
    small_initramfs "$work/xen-root" "$(command -v busybox)" "$recipe/xen-init"
    cpio_of "$work/xen-root" "$tree/initrd"
    cp "$recipe/xen.cfg" "$tree/boot/grub/grub.cfg"
    grub_iso "$1/xen.iso" "$tree"
}

make_installer() {
    local tree=$work/installer
    grub_of "$tree"
    mkdir -p "$tree/install.amd"
    cp "$(netboot amd64)/linux" "$tree/install.amd/vmlinuz"
    cp "$(netboot amd64)/initrd.gz" "$tree/install.amd/"
    cp "$recipe/installer.cfg" "$tree/boot/grub/grub.cfg"
    grub_iso "$1/installer.iso" "$tree"
}

# GRUB that starts a kernel which a test puts beside it.
make_starter() {
    local tree=$work/starter
    grub_of "$tree"
    cp "$recipe/starter.cfg" "$tree/boot/grub/grub.cfg"
    grub_iso "$1/starter.iso" "$tree"
}

# A Linux of 32 bits: the installer's kernel with the installer's busybox.
make_i386() {
    local tree=$work/i386
    mkdir -p "$work/i386-initrd" "$work/i386-root"
    gzip -dc "$(netboot i386)/initrd.gz" | (cd "$work/i386-initrd" && cpio -id --quiet bin/busybox lib/ld-linux.so.2 'lib/i386-linux-gnu/*')
    isolinux_of "$tree"
    small_initramfs "$work/i386-root" "$work/i386-initrd/bin/busybox" "$recipe/i386-init"
    cp -a "$work/i386-initrd/lib" "$work/i386-root/"
    cpio_of "$work/i386-root" "$tree/initrd"
    cp "$(netboot i386)/linux" "$tree/"
    echo 'DEFAULT linux initrd=initrd quiet' > "$tree/isolinux.cfg"
    iso "$1/i386.iso" "$tree" $(bios_of isolinux.bin)
}

# UEFI's shell starts where nothing else can be, and runs what it finds on a FAT file system.
make_shell() {
    fat "$1/shell.img" 1440
    tool mcopy -i "$1/shell.img" "$recipe/startup.nsh" ::/startup.nsh
}

# An apt that has this machine's sources and lists of its own, for arm64.
arm64_apt() {
    local kind=$1
    shift
    "apt-$kind" -qq -o Dir::State="$work/arm64" -o Dir::State::status="$work/arm64/status" -o Dir::Cache="$work/arm64/cache" -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
        -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@"
}

fetch_arm64() {
    mkdir -p "$work/arm64"/{lists/partial,cache/archives/partial,debs,root}
    : > "$work/arm64/status"
    arm64_apt get update
    # The package of that name has no kernel in it: it names the newest that has.
    arm64_payloads+=($(arm64_apt cache depends linux-image-cloud-arm64 | sed -n 's/.*Depends: //p'))
    (cd "$work/arm64/debs" && arm64_apt get download "${arm64_payloads[@]}")
    for file in "$work"/arm64/debs/*.deb; do dpkg-deb -x "$file" "$work/arm64/root"; done
}

# A Linux of arm64, which UEFI starts through GRUB.
make_arm64() {
    local tree=$work/arm64/tree
    mkdir -p "$tree/boot/grub"
    echo 'search --file --set=root /boot/grub/grub.cfg
set prefix=($root)/boot/grub' > "$work/early.cfg"
    tool grub-mkimage -O arm64-efi -d "$work/arm64/root/usr/lib/grub/arm64-efi" -p /boot/grub -c "$work/early.cfg" -o "$work/arm64/grub.efi" iso9660 normal configfile linux search fat part_gpt
    efi "$tree" "$work/arm64/grub.efi" BOOTAA64.EFI
    cp "$work"/arm64/root/boot/vmlinuz-* "$tree/linux"
    small_initramfs "$work/arm64/tree-root" "$work/arm64/root/bin/busybox" "$recipe/i386-init"
    cpio_of "$work/arm64/tree-root" "$tree/initrd"
    cp "$recipe/arm64.cfg" "$tree/boot/grub/grub.cfg"
    iso "$1/arm64.iso" "$tree"
}

make_uboot() {
    cp "$(packaged usr/lib/u-boot/qemu-x86/u-boot.rom)" "$1/u-boot.rom"
    cp "$(packaged usr/lib/u-boot/qemu-x86_64/u-boot.rom)" "$1/u-boot-64.rom"
}

netboot() { packaged "usr/lib/debian-installer/images/12/$1/text/debian-installer/$1"; }

# small_initramfs TREE BUSYBOX INIT
small_initramfs() {
    mkdir -p "$1"/{bin,dev,proc,sys}
    install -m 755 "$2" "$1/bin/busybox"
    ln -s busybox "$1/bin/sh"
    install -m 755 "$3" "$1/init"
}
