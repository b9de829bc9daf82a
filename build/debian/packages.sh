# Functions of debian-image.sh: the distribution's packages, installed into a folder, and the image made of it.

packages=(
    systemd-sysv udev dbus kmod             # what boots and what loads drivers
    qemu-guest-agent                        # how the host speaks with it
    iproute2 iputils-ping netbase ca-certificates
    e2fsprogs                               # its disk can be checked and resized
)

# sources: this host's own apt sources of the distribution itself, one a line; nothing of third parties.
sources() {
    local origin
    case $ID in
        debian) origin=Debian ;;
        ubuntu) origin=Ubuntu ;;
        *) echo "debian-image.sh: this host runs $ID; the image is made on Debian or Ubuntu, of their own packages." >&2; return 1 ;;
    esac
    apt-get indextargets --format '$(ORIGIN) $(RELEASE) $(REPO_URI) $(COMPONENT)' 'Created-By: Packages' |
        awk -v origin="$origin" -v suite="$VERSION_CODENAME" \
            '$1 == origin && ($2 == suite || index($2, suite "-") == 1) && $2 !~ /-(backports|proposed)/ { print "deb", $3, $2, $4 }' | sort -u
}

# install_distribution WORK: into WORK/root.
install_distribution() {
    local work=$1
    apt-cache show qemu-guest-agent > /dev/null 2>&1 || refresh_lists
    sources > "$work/sources.list"
    [ -s "$work/sources.list" ] || { echo "debian-image.sh: apt has no source of $ID $VERSION_CODENAME; look at /etc/apt, then run: apt-get update" >&2; return 1; }
    # Where it is not a package of its own, systemd brings it.
    if apt-cache show systemd-resolved > /dev/null 2>&1; then packages+=(systemd-resolved); fi

    # INITRD=No: the first kernel is booted with the image's own initramfs, which is smaller and sooner.
    INITRD=No mmdebstrap --quiet --mode=root --variant=minbase --format=directory \
        --include="$(IFS=,; echo "${packages[*]},$(kernel_package)")" \
        --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --customize-hook="$recipe/customize" \
        "$VERSION_CODENAME" "$work/root" "$work/sources.list"
}

# make_image WORK OUTPUT: from the tree under WORK/root.
make_image() {
    local root=$1/root output=$2 release
    release=$(basename "$(find "$root/boot" -name 'vmlinuz-*' | sort -V | tail -n 1)")
    release=${release#vmlinuz-}
    mkdir -p "$output"

    install -m 644 "$root/boot/vmlinuz-$release" "$output/vmlinuz"
    sed "s/@ARCHITECTURE@/$arch/; s/@CONSOLE@/$console/; s/@SYSTEM@/$(. "$root/etc/os-release"; echo "$PRETTY_NAME" | sed 's/[\/&]/\\&/g')/" "$recipe/image.json" > "$output/image.json"
    if [ "$arch" = x64 ]; then
        unpack_kernel "$output/vmlinuz" "$output/vmlinux"
    else
        sed -i '/"pvhKernel"/d' "$output/image.json"
    fi
    make_initramfs "$1" "$release" "$output/initramfs.cpio"

    # The whole disk is one file system: making it larger is all that is needed to make the root larger.
    truncate -s 4G "$1/disk.raw"
    mke2fs -q -t ext4 -L root -m 1 -J size=32 -E root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0,nodiscard -d "$root" "$1/disk.raw"
    qemu-img convert -q -f raw -O qcow2 "$1/disk.raw" "$output/disk.qcow2"
}

# make_initramfs WORK RELEASE OUTPUT: what finds the root disk and goes there.
make_initramfs() {
    local tree=$1/initramfs
    mkdir -p "$tree"/{bin,dev,proc,sys,lib/modules,root}
    install -m 755 "$(command -v busybox)" "$tree/bin/busybox"
    ln -s busybox "$tree/bin/sh"
    install -m 755 "$recipe/guest/init" "$tree/init"
    install_modules "$1/root" "$tree" "$2"
    # Not compressed: under TCG unpacking costs the guest more time than reading saves.
    (cd "$tree" && find . -print0 | sort -z | cpio -0 -o -H newc -R 0:0 --quiet --reproducible) > "$3"
}
