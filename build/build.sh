#!/usr/bin/env bash
# Builds what has changed, into out/.
#   build/build.sh                     agent, module, shell, images
#   build/build.sh agent tests ...     only these: agent module shell images debian debian-archive debian-container debian-system payloads tests bench
# A product is made again when a file that it is made of has another content; otherwise nothing is started, and no network is needed.
set -euo pipefail
. "$(dirname "$0")/common.sh"

[ $# -gt 0 ] || set -- agent module shell images

cd "$root"

common=(Directory.Build.props Directory.Build.targets Directory.Packages.props global.json .editorconfig build/Virt.*Generator)
images=(build/starter-images.sh build/starter)
debian=(build/debian-image.sh build/debian build/starter/packages.sh build/starter/guest.sh)
system=(build/debian-system.sh build/debian-system build/debian/packages.sh build/starter/packages.sh)
archive=(build/debian-archive.sh build/debian/archive-packages.sh build/starter/packages.sh)
payloads=(build/payloads.sh build/payloads build/starter/packages.sh)
container=(build/debian-container.sh build/debian/container build/debian/packages.sh build/test-packages.sh build/test-packages build/starter/packages.sh)

# One build at a time: two would write the same files under out/obj.
mkdir -p "$out"
exec 9>"$out/.lock"
flock 9

# net <what> <arguments>...: one dotnet command, quiet unless it fails.
net() {
    local name=$1
    shift
    dotnet "$@" --nologo -v q -clp:NoSummary -nodeReuse:false 9>&- >"$out/$name.log" 2>&1 || {
        cat "$out/$name.log" >&2
        fail "Cannot build the $name: see above."
    }
}

product() {
    local name=$1 hash
    shift
    case $name in
        agent) inputs=("${common[@]}" agent); products=("$out/agent/virt-agent") ;;
        module) inputs=("${common[@]}" agent/Virt.Protocol module/Virt Virt.psd1); products=("$out/module/Virt/Virt.psd1") ;;
        shell) inputs=("${common[@]}" module/Virt.Shell); products=("$out/shell/virt-shell") ;;
        debian-system) inputs=("${system[@]}"); products=("$out/test-images/containers/debian-system/image.json") ;;
        tests) inputs=("${common[@]}" agent module tests Virt.psd1); products=("$(test_exe Virt.Tests)" "$(test_exe Virt.IntegrationTests)") ;;
        bench) inputs=("${common[@]}" agent/Virt.Protocol tests/Benchmarks); products=("$out/bench/virt-bench") ;;
        images) inputs=("${images[@]}"); products=("$out/images") ;;
        debian) inputs=("${debian[@]}"); products=("$out/test-images/vms/debian/image.json") ;;
        debian-archive) inputs=("${archive[@]}"); products=("$out/test-images/debian-archive/suite") ;;
        debian-container) inputs=("${container[@]}"); products=("$out/test-images/containers/debian/image.json" "$out/test-images/archive") ;;
        payloads) inputs=("${payloads[@]}"); products=("$out/test-images/payloads") ;;
        *) fail "Unknown product '$name': agent, module, shell, images, debian, debian-archive, debian-container, debian-system, payloads, tests and bench can be built." ;;
    esac
    hash=$(hash_of "${inputs[@]}")
    is_fresh "$name" "$hash" "${products[@]}" && return
    say "Building the $name ..."
    "make_${name//-/_}"
    # By what was there when it began: what was edited meanwhile may be in it or not, and is built again.
    mark_fresh "$name" "$hash"
}

test_exe() { echo "$out/bin/$1/Release/net10.0/$1"; }

make_agent() {
    # A build that was cut off between the link and what comes after it leaves a program that MSBuild takes for finished.
    rm -rf "$out/bin/Virt.Agent/Release/net10.0/$rid/native"
    net agent publish agent/Virt.Agent -c Release -r "$rid" -o "$out/agent"
    # One that was told to end (SIGTERM) ends with 0, without a program.
    [ -e "$out/bin/Virt.Agent/Release/net10.0/$rid/native/virt-agent" ] || fail "Cannot build the agent: its build was ended."
}
make_module() { net module build module/Virt -c Release; }
make_shell() { net shell publish module/Virt.Shell -c Release -o "$out/shell"; }
make_tests() { for p in Virt.Tests Virt.IntegrationTests; do net tests build "tests/$p" -c Release; done; }
make_bench() { net bench publish tests/Benchmarks -c Release -o "$out/bench"; }
make_images() { bash build/starter-images.sh "$out/images" 9>&- >"$out/images.log" 2>&1 || { cat "$out/images.log" >&2; fail "Cannot build the starter images: see above."; }; }
make_debian() { bash build/debian-image.sh "$out/test-images" 9>&- >"$out/debian.log" 2>&1 || { cat "$out/debian.log" >&2; fail "Cannot build the Debian image: see above."; }; }
make_debian_archive() { bash build/debian-archive.sh "$out/test-images" 9>&- >"$out/debian-archive.log" 2>&1 || { cat "$out/debian-archive.log" >&2; fail "Cannot build the Debian archive: see above."; }; }
make_debian_container() { bash build/debian-container.sh "$out/test-images" 9>&- >"$out/debian-container.log" 2>&1 || { cat "$out/debian-container.log" >&2; fail "Cannot build the Debian container image: see above."; }; }
make_debian_system() { bash build/debian-system.sh "$out/test-images" 9>&- >"$out/debian-system.log" 2>&1 || { cat "$out/debian-system.log" >&2; fail "Cannot build the Debian system image: see above."; }; }
make_payloads() { bash build/payloads.sh "$out/test-images" 9>&- >"$out/payloads.log" 2>&1 || { cat "$out/payloads.log" >&2; fail "Cannot build the payloads: see above."; }; }

# Each once, however often it was asked for.
mapfile -t names < <(printf '%s\n' "$@" | awk '!seen[$0]++')

# The images are made of packages, not of code, so they need not wait for the compiler.
pids=()
for name in "${names[@]}"; do
    case $name in
        images | debian | debian-archive | debian-container | debian-system | payloads)
            product "$name" &
            pids+=($!)
            ;;
    esac
done
for name in "${names[@]}"; do
    case $name in images | debian | debian-archive | debian-container | debian-system | payloads) ;; *) product "$name" ;; esac
done
for pid in "${pids[@]}"; do wait "$pid" || exit 1; done
