# Functions of starter-images.sh: the starter container image, busybox as a root file system.

# make_container WORK OUTPUT: from the packages under WORK/root.
make_container() {
    local root=$1/root tree=$2/rootfs output=$2
    mkdir -p "$tree"/{bin,sbin,dev,proc,sys,run,root,home,mnt,opt,srv,etc,tmp,usr/bin,usr/sbin,usr/local/bin,var/tmp,var/log,var/cache,var/lib,var/www}
    chmod 1777 "$tree/tmp" "$tree/var/tmp"
    chmod 700 "$tree/root"
    ln -s ../run "$tree/var/run"
    install_busybox "$root" "$tree"
    ln -s busybox "$tree/bin/mke2fs"
    install -m 644 "$recipe"/container/etc/* "$tree/etc/"
    sed "s/@ARCHITECTURE@/$arch/" "$recipe/container/image.json" > "$output/image.json"
    chown -R 0:0 "$tree" 2> /dev/null || true
}
