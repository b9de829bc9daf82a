#!/usr/bin/env bash
# docker.sh OUTDIR: makes OUTDIR/docker, Docker's daemon with all that it needs, for build/bench.sh to measure beside. The packages come with the machine's own apt sources and are
# unpacked, not installed: installed ones would start a daemon that changes the machine's firewall. Does nothing, and needs no network, where it is there already.
set -euo pipefail
export LC_ALL=C
[ $# -eq 1 ] || { echo "usage: docker.sh OUTDIR" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
. "$(dirname "$0")/starter/packages.sh"
[ ! -x "$out/docker/bin/dockerd" ] || exit 0

work=$(mktemp -d "$out/.docker.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "Unpacking Docker (downloads about 65 MB of packages)."
mkdir -p "$work/apt/archives/partial" "$work/root" "$work/docker"
: > "$work/apt/status"
fetch() { (cd "$work/apt/archives" && private_apt download docker.io containerd runc iptables libip4tc2 libip6tc2 libxtables12 libnetfilter-conntrack3 libnfnetlink0); }
apt-cache show docker.io > /dev/null 2>&1 || refresh_lists
# Lists that are older than the archive name files that are gone: once more with new ones.
fetch || { refresh_lists; fetch; }
for file in "$work"/apt/archives/*.deb; do dpkg-deb -x "$file" "$work/root"; done

mkdir "$work/docker/bin" "$work/docker/lib"
(
    cd "$work/root"
    cp usr/bin/docker usr/bin/containerd usr/bin/containerd-shim-runc-v2 usr/sbin/dockerd usr/sbin/docker-proxy usr/sbin/runc usr/sbin/xtables-nft-multi "$work/docker/bin/"
    cp -a usr/lib/*-linux-gnu/*.so* usr/lib/*-linux-gnu/xtables "$work/docker/lib/"
)
ln -s xtables-nft-multi "$work/docker/bin/iptables"
ln -s xtables-nft-multi "$work/docker/bin/ip6tables"

# Built beside and moved into place, so that a run that is cut off leaves nothing.
rm -rf "$out/docker"
mv "$work/docker" "$out/docker"
