# Functions of starter-images.sh: packages from the machine's own apt sources, unpacked, not installed.

# An apt that reads the machine's sources and lists but believes that nothing is installed, and that keeps what it fetches under $work.
private_apt() {
    apt-get -qq -y \
        -o Dir::State::status="$work/apt/status" -o Dir::Cache::archives="$work/apt/archives" -o Debug::NoLocking=1 \
        -o APT::Install-Recommends=0 -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@"
}

# The package that brings the distribution's kernel for virtual machines.
kernel_package() {
    local name
    for name in "linux-image-cloud-$(dpkg --print-architecture)" linux-image-virtual "linux-image-$(dpkg --print-architecture)"; do
        if apt-cache show "$name" > /dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "starter-images.sh: apt knows no kernel package; look at the apt sources, then run: apt-get update" >&2
    return 1
}

# The packages that hold the kernel and its modules: the meta package's dependencies, without the tools that install a kernel.
kernel_files_packages() {
    apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$(kernel_package)" |
        grep -E '^linux-(image|modules)-[0-9]' | grep -v -- '-unsigned' | sort -u
}

download() {
    # Where it is there, usr-is-merged stands for usrmerge, which would bring perl.
    local small=()
    apt-cache show usr-is-merged > /dev/null 2>&1 && small=(usr-is-merged)
    private_apt --download-only install busybox-static qemu-guest-agent e2fsprogs "${small[@]}" &&
        (cd "$work/apt/archives" && private_apt download $(kernel_files_packages))
}

# fetch_packages WORK: downloads into WORK/apt and unpacks into WORK/root.
fetch_packages() {
    local work=$1 file
    mkdir -p "$work/apt/archives/partial" "$work/root"
    : > "$work/apt/status"
    apt-cache show qemu-guest-agent > /dev/null 2>&1 || refresh_lists
    # Lists that are older than the archive name files that are gone: once more with new ones.
    download || { refresh_lists; download; }
    for file in "$work"/apt/archives/*.deb; do
        dpkg-deb -x "$file" "$work/root"
    done
}

refresh_lists() {
    [ "$(id -u)" = 0 ] || { echo "starter-images.sh: apt's package lists are missing or old; run: sudo apt-get update" >&2; return 1; }
    apt-get -qq update
}
