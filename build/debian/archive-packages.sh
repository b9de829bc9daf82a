# Functions of debian-archive.sh.

# What mmdebstrap's variant minbase installs: all that is essential or required, and apt.
minbase() {
    apt-cache dumpavail | awk '/^Package: / { name = $2 } /^(Essential: yes|Priority: required)$/ { print name }' | sort -u
}

# The names of a list that apt knows here: what is a package of its own in one release is part of another in the next.
known() {
    local name
    for name in "$@"; do
        if apt-cache show "$name" > /dev/null 2>&1; then echo "$name"; fi
    done
}

# fetch_archive: into $work/apt/archives. The packages are those of agent/Virt.Agent/Images/VmImages/Make/FitOut.cs.
fetch_archive() {
    local loaders=(shim-signed "grub-efi-$arch-signed")
    [ "$arch" = amd64 ] && loaders+=(grub-pc-bin)
    private_apt --download-only install $(minbase) apt "${loaders[@]}" \
        systemd-sysv udev dbus kmod initramfs-tools qemu-guest-agent iproute2 iputils-ping netbase ca-certificates e2fsprogs grub2-common openssh-server cloud-init sudo \
        "$(kernel_package)" $(known systemd-resolved systemd-timesyncd systemd-repart)
}
