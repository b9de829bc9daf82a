# Functions of starter-images.sh: the starter guest, a kernel and an initramfs that is the whole system.

# make_guest WORK OUTPUT: from the packages under WORK/root.
make_guest() {
    local root=$1/root tree=$1/guest output=$2 release
    release=$(basename "$root"/boot/vmlinuz-*)
    release=${release#vmlinuz-}
    mkdir -p "$output" "$tree"/{bin,sbin,lib/modules,lib64,dev,proc,sys,run,tmp,root,data,mnt,etc/acpi/PWRF,usr/bin,usr/share/udhcpc,var/log}
    chmod 1777 "$tree/tmp"
    ln -s ../run "$tree/var/run"

    install_busybox "$root" "$tree"
    install_program "$root" "$tree" qemu-ga
    install_program "$root" "$tree" mke2fs
    ln -s mke2fs "$tree/sbin/mkfs.ext4"
    install_modules "$root" "$tree" "$release"

    install -m 755 "$recipe/guest/init" "$tree/init"
    install -m 755 "$recipe/guest/shutdown" "$recipe/guest/chpasswd" "$tree/sbin/"
    install -m 755 "$recipe/guest/udhcpc" "$tree/usr/share/udhcpc/default.script"
    install -m 755 "$recipe/guest/poweroff-button" "$tree/etc/acpi/PWRF/00000080"
    install -m 644 "$recipe/guest/os-release" "$tree/etc/os-release"
    printf 'root::0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' > "$tree/etc/passwd"
    printf 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n' > "$tree/etc/group"

    # Not compressed: under TCG unpacking costs the guest more time than reading saves (0.1 s).
    (cd "$tree" && find . -print0 | sort -z | cpio -0 -o -H newc -R 0:0 --quiet --reproducible) > "$output/initramfs.cpio"
    install -m 644 "$root/boot/vmlinuz-$release" "$output/vmlinuz"
    sed "s/@ARCHITECTURE@/$arch/; s/@CONSOLE@/$console/" "$recipe/guest/image.json" > "$output/image.json"
    if [ "$arch" = x64 ]; then
        unpack_kernel "$output/vmlinuz" "$output/vmlinux"
    else
        sed -i '/"pvhKernel"/d' "$output/image.json"
    fi
}

# install_busybox ROOT TREE: busybox and a link for each of its commands, but for those that a real program stands for.
install_busybox() {
    local root=$1 tree=$2 busybox command
    busybox=$(first_file "$root/usr/bin/busybox" "$root/bin/busybox")
    install -m 755 "$busybox" "$tree/bin/busybox"
    for command in $("$busybox" --list); do
        case $command in
            busybox | mke2fs | init | linuxrc) ;;
            *) ln -s busybox "$tree/bin/$command" ;;
        esac
    done
    ln -s ../../bin/env "$tree/usr/bin/env"
}

# install_program ROOT TREE NAME: a program of sbin with the libraries that the packages' own loader finds for it.
install_program() {
    local root=$1 tree=$2 name=$3 program loader libraries library
    program=$(first_file "$root/usr/sbin/$name" "$root/sbin/$name")
    loader=$(first_file "$root"/lib64/ld-linux-*.so.* "$root"/usr/lib64/ld-linux-*.so.* "$root"/lib/ld-linux-*.so.* "$root"/usr/lib/ld-linux-*.so.*)
    libraries=$(find "$root"/lib "$root"/usr/lib -type d -name '*-linux-gnu' 2>/dev/null | paste -sd:)
    install -m 755 "$program" "$tree/sbin/$name"
    "$loader" --library-path "$libraries" --list "$program" | sed -n 's/.* => \([^ ]*\) .*/\1/p' | while read -r library; do
        case $library in
            */ld-linux-*) ;;
            *) install -m 644 "$library" "$tree/lib/" ;;
        esac
    done
    # The loader's place is written into each program: lib64 on amd64, lib on arm64.
    case $loader in
        */lib64/*) install -m 755 "$loader" "$tree/lib64/" ;;
        *) install -m 755 "$loader" "$tree/lib/" ;;
    esac
}

# install_modules ROOT TREE RELEASE: the modules of starter/guest/modules and modules-later with what they need, and the orders to load them in.
install_modules() {
    local root=$1 tree=$2 release=$3 base name line module
    # Debian 12 packs modules under /lib, later releases under /usr/lib; depmod wants /lib.
    base=$1/../modules-base
    mkdir -p "$base/lib/modules"
    cp -a "$(first_file "$root/usr/lib/modules/$release" "$root/lib/modules/$release")" "$base/lib/modules/"
    find "$base" -name '*.ko.xz' -print0 | xargs -0 -r -n 64 xz -d
    find "$base" -name '*.ko.zst' -print0 | xargs -0 -r -n 64 zstd -q -d --rm
    busybox depmod -b "$base" "$release"

    module_list "$base" "$release" "$recipe/guest/modules" > "$tree/lib/modules/modules.order"
    # A guest that loads all of them at once has no second list.
    if [ -e "$recipe/guest/modules-later" ]; then
        module_list "$base" "$release" "$recipe/guest/modules" "$recipe/guest/modules-later" | grep -vxFf "$tree/lib/modules/modules.order" > "$tree/lib/modules/modules.later"
    else
        : > "$tree/lib/modules/modules.later"
    fi
    cat "$tree/lib/modules/modules.order" "$tree/lib/modules/modules.later" | while read -r module; do
        find "$base/lib/modules/$release" -name "$module" -exec install -m 644 {} "$tree/lib/modules/" \;
    done
}

# module_list BASE RELEASE LIST...: the files of the modules that the lists name, each after those that it needs.
module_list() {
    local base=$1 release=$2 name line
    shift 2
    cat "$@" | grep -v '^#' | while read -r name; do
        line=$(grep -E "(^|/)$name\.ko:" "$base/lib/modules/$release/modules.dep" || true)
        # modules.dep names what a module needs from the nearest to the farthest.
        printf '%s\n' ${line/:/} | tac
    done | sed 's,.*/,,' | awk 'NF && !seen[$0]++'
}

# unpack_kernel BZIMAGE OUTPUT: the ELF kernel inside, which boots by PVH without the decompressor.
# Documentation/arch/x86/boot.rst: setup_sects at 0x1f1, payload_offset at 0x248, payload_length at 0x24c; the payload's last four bytes are its size.
unpack_kernel() {
    local image=$1 sectors offset length decompress
    sectors=$(od -An -tu1 -j $((0x1f1)) -N1 "$image" | tr -d ' ')
    [ "$sectors" -ne 0 ] || sectors=4
    offset=$(($(od -An -tu4 -j $((0x248)) -N4 "$image") + (sectors + 1) * 512))
    length=$(($(od -An -tu4 -j $((0x24c)) -N4 "$image") - 4))
    case $(od -An -tx1 -j "$offset" -N4 "$image" | tr -d ' ') in
        02214c18) decompress="lz4 -d -c" ;;
        28b52ffd) decompress="zstd -q -d -c" ;;
        fd377a58) decompress="xz -d -c" ;;
        1f8b08*) decompress="gzip -d -c" ;;
        *) echo "starter-images.sh: the kernel's compression is not known." >&2; return 1 ;;
    esac
    # Some decompressors complain about what follows the stream; whether it is an ELF file tells more than their exit code.
    tail -c +$((offset + 1)) "$image" | head -c "$length" | $decompress > "$2" 2> /dev/null || true
    [ "$(head -c 4 "$2" | od -An -tx1 | tr -d ' ')" = 7f454c46 ] || { echo "starter-images.sh: no ELF kernel is inside $image." >&2; return 1; }
}

first_file() {
    local file
    for file in "$@"; do
        [ -e "$file" ] && { echo "$file"; return; }
    done
    echo "starter-images.sh: none of these is in the packages: $*" >&2
    return 1
}
