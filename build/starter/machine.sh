# Functions of starter-images.sh: what containers in virtual machines of their own boot (docs/isolation.md). Their first process comes from the agent itself.

# make_machine WORK OUTPUT: the starter guest's kernel by a link to it, and an archive of the modules of starter/machine-modules with what they need, and the order to load them in.
make_machine() {
    local base=$1/modules-base tree=$1/machine-tree output=$2 release module kernel=vmlinux
    release=$(basename "$1"/root/boot/vmlinuz-*)
    release=${release#vmlinuz-}
    mkdir -p "$output" "$tree/modules"
    module_list "$base" "$release" "$recipe/machine-modules" > "$tree/modules/order"
    while read -r module; do
        find "$base/lib/modules/$release" -name "$module" -exec install -m 644 {} "$tree/modules/" \;
    done < "$tree/modules/order"
    (cd "$tree" && find . -print0 | sort -z | cpio -0 -o -H newc -R 0:0 --quiet --reproducible) > "$output/modules.cpio"
    [ "$arch" = x64 ] || kernel=vmlinuz
    ln -s "../vms/starter/$kernel" "$output/kernel"
}
