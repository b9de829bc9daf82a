#!/usr/bin/env bash
# Installs what is missing, builds, starts an agent of its own and opens a PowerShell session with Virt imported.
#   build/run.sh               a session; at its end its VMs and containers are removed
#   build/run.sh --two-hosts   the same with two hosts, a and b, that know each other: for Move-VM
#   build/run.sh --tour        two hosts; runs docs/tour.ps1 and exits 0 only if every step did what it says
#   build/run.sh --script F    the same with another script
#   build/run.sh --keep DIR    keeps state, VMs and containers in DIR, and finds them there again
#   build/run.sh … -- OPTION…  gives the agents further options, such as --registry-plain-http localhost:5000
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/agent.sh"

script='' keep='' hosts=1 products=() options=()
while [ $# -gt 0 ]; do
    case $1 in
        --tour) script=$root/docs/tour.ps1 hosts=2 products=(agent module shell images debian debian-container) ;;
        --two-hosts) hosts=2 ;;
        --script) script=$(realpath "${2:?--script needs a file}") && shift ;;
        --keep) keep=$(realpath -m "${2:?--keep needs a folder}") && shift ;;
        --) options=("${@:2}") && break ;;
        *) fail "Unknown argument '$1'. Usage: build/run.sh [--tour | --script FILE] [--two-hosts] [--keep DIR] [-- AGENT OPTION...]" ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || fail "Virt makes namespaces, control groups and guests, which needs root: sudo $root/build/run.sh"

"$root/build/setup.sh"
"$root/build/build.sh" "${products[@]}"

find_shell
archive_pid='' folder='' connect=''
tidy_up() {
    [ -z "$archive_pid" ] || kill "$archive_pid" 2>/dev/null || true
    # Of two hosts the folder around theirs is left; of one it is the host's own.
    [ -n "$keep" ] || [ ! -d "$folder" ] || rmdir "$folder"
}
trap 'status=$?; trap "" INT TERM HUP; stop_agents ${keep:+keep} || status=1; tidy_up; exit $status' EXIT
trap 'exit 143' TERM HUP
if [ -n "$script" ]; then
    trap 'exit 130' INT
else
    # Ctrl+C belongs to the session; the script only has to outlive it.
    trap : INT
fi

folder=${keep:-$(mktemp -d "${TMPDIR:-/tmp}/virt.XXXXXX")}
if [ "$hosts" = 1 ]; then
    start_agent "$folder" "${options[@]}"
else
    chmod 0711 "$folder" 2>/dev/null || mkdir -m 0711 -p "$folder"
    # Loopback addresses that nobody else is likely to use.
    start_agent "$folder/a" --name a --peer-listen 127.86.82.1:7711 "${options[@]}"
    start_agent "$folder/b" --name b --peer-listen 127.86.82.2:7711 "${options[@]}"
    export VIRT_ENDPOINT_B=unix://$folder/b/agent.sock
    connect="; Connect-VirtHost \$env:VIRT_ENDPOINT, \$env:VIRT_ENDPOINT_B | Out-Null; if (-not (Get-VirtPeer b -ErrorAction Ignore)) { \$code = New-VirtPeerCode -ComputerName b; Add-VirtPeer -Address \$code.Address -Code \$code.Code | Out-Null }"
fi
# The packages that the Debian images can be patched with, for whoever has built those images.
if [ -d "$out/test-images/archive" ] && command -v busybox >/dev/null; then
    busybox httpd -f -p 127.0.0.1:7790 -h "$out/test-images/archive" 2>/dev/null &
    archive_pid=$!
fi

if [ -n "$script" ]; then
    # The script is a child to wait for, so that a signal is answered at once and not after it.
    # An error that ends it is thrown again after the pipeline: tables that were not written out yet would be lost with that.
    "${shell[@]}" -NonInteractive -Command "\$ErrorActionPreference = 'Stop'; $import$connect; & { try { & '$script' } catch { \$global:VirtScriptError = \$_ } } | Out-Default; if (\$VirtScriptError) { throw \$VirtScriptError }; exit \$LASTEXITCODE" &
    shell_pid=$!
    trap 'kill "$shell_pid" 2>/dev/null; exit 130' INT
    trap 'kill "$shell_pid" 2>/dev/null; exit 143' TERM HUP
    wait "$shell_pid"
else
    say "An agent is listening on $VIRT_ENDPOINT. Try: Get-VirtHost; Get-Command -Module Virt; Get-Help New-VM -Examples. 'exit' ends everything."
    "${shell[@]}" -NoExit -Command "$import$connect"
fi
