#!/usr/bin/env bash
# Installs what is missing, builds, starts an agent of its own and opens a PowerShell session with Virt imported.
#   build/run.sh               a session; at its end its VMs and containers are removed
#   build/run.sh --tour        runs docs/tour.ps1 and exits 0 only if every step did what it says
#   build/run.sh --script F    the same with another script
#   build/run.sh --keep DIR    keeps state, VMs and containers in DIR, and finds them there again
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/agent.sh"

script='' keep=''
while [ $# -gt 0 ]; do
    case $1 in
        --tour) script=$root/docs/tour.ps1 ;;
        --script) script=$(realpath "${2:?--script needs a file}") && shift ;;
        --keep) keep=$(realpath -m "${2:?--keep needs a folder}") && shift ;;
        *) fail "Unknown argument '$1'. Usage: build/run.sh [--tour | --script FILE] [--keep DIR]" ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || fail "Virt makes namespaces, control groups and guests, which needs root: sudo $root/build/run.sh"

"$root/build/setup.sh"
"$root/build/build.sh"

find_shell
trap 'status=$?; trap "" INT TERM HUP; stop_agent ${keep:+keep} || status=1; exit $status' EXIT
trap 'exit 143' TERM HUP
if [ -n "$script" ]; then
    trap 'exit 130' INT
else
    # Ctrl+C belongs to the session; the script only has to outlive it.
    trap : INT
fi
start_agent "${keep:-$(mktemp -d "${TMPDIR:-/tmp}/virt.XXXXXX")}"

if [ -n "$script" ]; then
    # The script is a child to wait for, so that a signal is answered at once and not after it.
    "${shell[@]}" -NonInteractive -Command "$strict; & '$script'; exit \$LASTEXITCODE" &
    shell_pid=$!
    trap 'kill "$shell_pid" 2>/dev/null; exit 130' INT
    trap 'kill "$shell_pid" 2>/dev/null; exit 143' TERM HUP
    wait "$shell_pid"
else
    say "An agent is listening on $VIRT_ENDPOINT. Try: Get-VirtHost; Get-Command -Module Virt; Get-Help New-VM -Examples. 'exit' ends everything."
    "${shell[@]}" -NoExit -Command "$import"
fi
