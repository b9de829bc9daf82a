#!/usr/bin/env bash
# test-packages.sh OUTDIR: makes OUTDIR/archive, a small apt archive of packages that exist to be patched, each in version 1 (suite stable) and
# version 2 (suites stable-updates and stable-security):
#   virt-good         a service at port 8080, healthy in both versions; version 2 is a security update
#   virt-bad-health   a service at port 8081, whose version 2 answers every request with status 500
#   virt-bad-script   its version 2's installation script fails
#   virt-reboot       its version 2 asks for a reboot
#   virt-fills-disk   its version 2 takes 256 MB of disk and says that it takes next to nothing
# Serve it with: busybox httpd -f -p 127.0.0.1:PORT -h OUTDIR/archive
# Does nothing where it is there and was made by this recipe. Needs: dpkg-deb, xz.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
recipe=$here/test-packages
[ $# -eq 1 ] || { echo "usage: test-packages.sh OUTDIR" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)

made_by=$(cd "$here" && find test-packages.sh test-packages -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
stamp=$out/.archive
if [ "$(cat "$stamp" 2>/dev/null)" = "$made_by" ] && [ -d "$out/archive" ]; then
    exit 0
fi

work=$(mktemp -d "$out/.archive.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
archive=$work/archive
mkdir -p "$archive/pool"

# fill FILE: the recipe's file with the package's own values.
fill() { sed "s/@NAME@/$name/g; s/@VERSION@/$version/g; s/@PORT@/${port:-0}/g; s/@STATUS@/${status:-}/g" "$recipe/$1"; }

# begin NAME VERSION: an empty tree of a package, with a file that tells its version.
begin() {
    name=$1 version=$2 port='' status=''
    tree=$work/$name-$version
    mkdir -p "$tree/DEBIAN" "$tree/usr/share/$name"
    echo "$version" > "$tree/usr/share/$name/version"
    cat > "$tree/DEBIAN/control" <<CONTROL
Package: $name
Version: $version
Architecture: all
Maintainer: The Virt authors <virt@example.com>
Installed-Size: 8
Description: A package of the tests, version $version
CONTROL
}

script() { fill "$1" > "$tree/DEBIAN/postinst" && chmod 755 "$tree/DEBIAN/postinst"; }

service() {
    port=$1 status=$2
    mkdir -p "$tree/usr/bin" "$tree/lib/systemd/system/multi-user.target.wants"
    fill server > "$tree/usr/bin/$name-server"
    chmod 755 "$tree/usr/bin/$name-server"
    # The same unit in both versions, its time too, and enabled by a link: systemd need not read all its units anew, which costs an emulated guest seconds.
    fill service > "$tree/lib/systemd/system/$name.service"
    touch -d @1700000000 "$tree/lib/systemd/system/$name.service"
    ln -s "../$name.service" "$tree/lib/systemd/system/multi-user.target.wants/$name.service"
    script postinst-service
}

# finish SUITE: packs it and lists it in the suite.
finish() {
    local deb=pool/${name}_${version}_all.deb
    dpkg-deb --root-owner-group -Zxz -z1 --build "$tree" "$archive/$deb" > /dev/null
    mkdir -p "$archive/dists/$1/main/binary-all"
    {
        dpkg-deb -f "$archive/$deb"
        echo "Filename: $deb"
        echo "Size: $(stat -c %s "$archive/$deb")"
        echo "SHA256: $(sha256sum "$archive/$deb" | cut -d' ' -f1)"
        echo
    } >> "$archive/dists/$1/main/binary-all/Packages"
    rm -rf "$tree"
}

# release SUITE LABEL: what apt reads first.
release() {
    local folder=$archive/dists/$1 packages=main/binary-all/Packages
    cat > "$folder/Release" <<RELEASE
Origin: Virt
Label: $2
Suite: $1
Codename: $1
Architectures: all amd64 arm64
Components: main
Date: $(date -u '+%a, %d %b %Y %H:%M:%S UTC')
SHA256:
RELEASE
    for architecture in all amd64 arm64; do
        [ "$architecture" = all ] || { mkdir -p "$folder/main/binary-$architecture" && cp "$folder/$packages" "$folder/main/binary-$architecture/Packages"; }
        echo " $(sha256sum "$folder/main/binary-$architecture/Packages" | cut -d' ' -f1) $(stat -c %s "$folder/main/binary-$architecture/Packages") main/binary-$architecture/Packages" >> "$folder/Release"
    done
}

for version in 1 2; do
    suite=stable
    [ $version = 1 ] || suite=stable-updates

    begin virt-good $version
    service 8080 '200 OK'
    finish "$([ $version = 1 ] && echo stable || echo stable-security)"

    begin virt-bad-health $version
    service 8081 "$([ $version = 1 ] && echo '200 OK' || echo '500 Internal Server Error')"
    finish $suite

    begin virt-bad-script $version
    [ $version = 1 ] || script postinst-fails
    finish $suite

    begin virt-reboot $version
    [ $version = 1 ] || script postinst-reboot
    finish $suite

    begin virt-fills-disk $version
    # Zeros, which pack to nothing: the archive stays small.
    [ $version = 1 ] || head -c 256M /dev/zero > "$tree/usr/share/$name/ballast"
    finish $suite
done
release stable Virt
release stable-updates Virt
release stable-security Virt-Security

rm -rf "$out/archive"
mv "$archive" "$out/archive"
echo "$made_by" > "$stamp"
