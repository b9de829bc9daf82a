#!/usr/bin/env bash
# Makes out/virt_<version>_<architecture>.deb: the agent, its systemd units, and the module where pwsh finds it.
#   build/package.sh                 without images
#   build/package.sh --with-images   with the starter guest and the starter container image
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

images=''
case ${1:-} in
    '') ;;
    --with-images) images=yes ;;
    *) fail "Unknown argument '$1'. Usage: build/package.sh [--with-images]" ;;
esac
command -v dpkg-deb >/dev/null || fail "There is no dpkg-deb here: a .deb is made on Debian or Ubuntu."

build/setup.sh
build/build.sh agent module ${images:+images}

version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
stage=$out/package
rm -rf "$stage"
umask 022
install_to() { install -D -m "$1" "$2" "$stage/$3"; }

install_to 755 out/agent/virt-agent usr/lib/virt/virt-agent
install_to 644 out/agent/libe_sqlite3.so usr/lib/virt/libe_sqlite3.so
mkdir -p "$stage/usr/bin"
ln -s ../lib/virt/virt-agent "$stage/usr/bin/virt-agent"
install_to 644 build/package/virt-agent.service usr/lib/systemd/system/virt-agent.service
install_to 644 build/package/virt-agent.socket usr/lib/systemd/system/virt-agent.socket
install_to 644 build/package/sysusers.conf usr/lib/sysusers.d/virt.conf
install_to 644 build/package/tmpfiles.conf usr/lib/tmpfiles.d/virt.conf
install_to 644 LICENSE usr/share/doc/virt/copyright
install_to 644 README.md usr/share/doc/virt/README.md
gzip -9cn CHANGELOG.md >"$stage/usr/share/doc/virt/changelog.gz"
(cd out/module/Virt && find . -type f ! -name '*.pdb' -print0) | while IFS= read -r -d '' file; do
    install_to 644 "out/module/Virt/$file" "usr/share/powershell/Modules/Virt/$file"
done
mkdir -p "$stage/usr/share/virt/images"
[ -z "$images" ] || cp -r --no-preserve=ownership out/images/vms out/images/containers out/images/machine "$stage/usr/share/virt/images/"

mkdir "$stage/DEBIAN"
install -m 755 build/package/{postinst,prerm,postrm} "$stage/DEBIAN/"
# The oldest libc that has every symbol the binaries ask for.
libc=$(objdump -T out/agent/virt-agent out/agent/libe_sqlite3.so | sed -n 's/.*(\?GLIBC_\([0-9.]*\))\?.*/\1/p' | sort -V | tail -n 1)
x64='qemu-system-x86, ovmf, seabios' arm64='qemu-system-arm, qemu-efi-aarch64'
case $debian_arch in amd64) qemu=$x64 other=$arm64 ;; arm64) qemu=$arm64 other=$x64 ;; esac
size=$(du -sk --exclude=DEBIAN "$stage" | cut -f1)
sed -e "s/@VERSION@/$version/; s/@ARCH@/$debian_arch/; s/@SIZE@/$size/; s/@LIBC@/$libc/; s/@QEMU@/$qemu/; s/@OTHER@/$other/" build/package/control >"$stage/DEBIAN/control"
(cd "$stage" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"

package=$out/virt_${version}_$debian_arch.deb
dpkg-deb --root-owner-group -Zxz --build "$stage" "$package" >/dev/null
rm -rf "$stage"
say "Made $package. Install it with: sudo apt install $package"
echo "$package"
