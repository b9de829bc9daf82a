#!/usr/bin/env bash
# Measures Virt beside its peers in one run and prints the table, in namespaces of its own: nothing of the machine is touched.
#   build/bench.sh                      everything (some minutes)
#   build/bench.sh --quick container    fewer rounds; only these: agent roundtrip module list container unified vm clone warm checkpoint guest defined move patch pull
#   VIRT_BENCH_LOG=1 build/bench.sh …   shows the agents' log too, which says where the time of a move or a patch went
#   build/bench.sh --in-memory …        keeps images and states of all in memory: what the programs cost, and not the disk
#   build/bench.sh --save               puts the table into docs/performance.md
#   build/bench.sh --install-peers      installs crun, podman, libvirt and a registry first, and unpacks Docker (a peer that is missing has an empty column otherwise)
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

# The second half: inside.
if [ "${1:-}" = inside ]; then
    work=$2
    shift 2
    ip link set lo up
    # Empty folders over all that the peers would read or write; libvirtd gets the few lines that let it run without system services.
    for folder in /run /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt; do
        [ ! -d "$folder" ] || mount -t tmpfs tmpfs "$folder"
    done
    mkdir -p /run/lock /run/libvirt
    if [ -d /var/lib/containers ]; then
        mkdir "$work/podman"
        mount --bind "$work/podman" /var/lib/containers
    fi
    # Where both kinds of control groups are mounted side by side, crun and podman only know what to do with the older one alone.
    if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi
    if [ -d /etc/libvirt ]; then
        printf '%s\n' 'auth_unix_rw = "none"' 'auth_unix_ro = "none"' >/etc/libvirt/libvirtd.conf
        printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'cgroup_controllers = []' 'namespaces = []' 'stdio_handler = "file"' >/etc/libvirt/qemu.conf
    fi
    printf '%s\n' '[engine]' 'cgroup_manager = "cgroupfs"' 'events_logger = "file"' 'runtime = "crun"' >"$work/containers.conf"
    export CONTAINERS_CONF=$work/containers.conf
    # Not exec: as the first process of its namespace this shell reaps what the others leave.
    "$out/bench/virt-bench" run "$root" "$work" "$@"
    exit
fi

[ "$(id -u)" = 0 ] || fail "The benchmarks make namespaces, guests and containers, which needs root: sudo $root/build/bench.sh"
save='' peers='' memory='' arguments=()
for argument in "$@"; do
    case $argument in
        --save) save=yes ;;
        --install-peers) peers=bench ;;
        --in-memory) memory=yes ;;
        *) arguments+=("$argument") ;;
    esac
done
build/setup.sh $peers
[ -z "$peers" ] || build/docker.sh "$out"
build/build.sh agent module shell images debian debian-container bench
for program in first asked; do
    [ "$out/bench/$program" -nt "tests/Benchmarks/$program.c" ] || gcc -O2 -static -o "$out/bench/$program" "tests/Benchmarks/$program.c"
done

# Not /tmp, which is memory on some machines and not on others. The peers' files lie beside ours.
work=$(mktemp -d "${TMPDIR:-/var/tmp}/vb.XXXXXX")
trap 'rm -rf "$work"' EXIT
if [ -n "$memory" ]; then
    mount -t tmpfs -o mode=0711 tmpfs "$work"
    trap 'umount -l "$work"; rm -rf "$work"' EXIT
fi
# QEMU runs as a user without rights and must be able to reach its own folder below.
chmod 0711 "$work"
mkdir -p "$work/images/containers"
cp -a "$out/images/containers/starter" "$work/images/containers/bench"
sed -i 's/"starter"/"bench"/' "$work/images/containers/bench/image.json"
cp "$out/bench/first" "$work/images/containers/bench/rootfs/bin/first"

# A process namespace too: whatever happens, nothing that was started here outlives it.
status=0
unshare --mount --net --ipc --pid --fork --kill-child --mount-proc --propagation private build/bench.sh inside "$work" "${arguments[@]}" >"$work/table" || status=$?
# podman and Docker leave the control groups that their own stood in; those that are in use cannot be removed.
find /sys/fs/cgroup -maxdepth 2 -type d '(' -name libpod_parent -o -name virt-bench-docker ')' -prune -print 2>/dev/null | while IFS= read -r group; do
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
done
cat "$work/table"
if [ -n "$save" ] && [ "$status" = 0 ]; then
    {
        echo "$(date -u +%Y-%m-%d), $(nproc) processors ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)), Linux $(uname -r), $(. /etc/os-release && echo "$PRETTY_NAME"):"
        echo
        cat "$work/table"
    } >"$work/section"
    sed -i -e '/<!-- table -->/,/<!-- end of the table -->/{//!d}' -e "/<!-- table -->/r $work/section" docs/performance.md
fi
exit "$status"
