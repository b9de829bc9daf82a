# Sourced by run.sh and its like: an agent of one's own in a private folder, and its end without a trace.

# start_agent <folder> [<option>...]: the folder is private and its name short, since a socket's path may have 107 bytes at most.
# Several may be started; stop_agents ends them all. VIRT_ENDPOINT is the first one's.
agent_dirs=() agent_pids=()
start_agent() {
    local agent_dir=$1 waited=0
    shift
    mkdir -p "$agent_dir"
    # QEMU runs as a user without rights and must be able to reach its own folder below.
    chmod 0711 "$agent_dir"
    [ ${#agent_dirs[@]} -gt 0 ] || export VIRT_ENDPOINT=unix://$agent_dir/agent.sock
    # A session of its own: Ctrl+C in the terminal is for the shell and not for the agent.
    setsid "$out/agent/virt-agent" serve --listen "unix://$agent_dir/agent.sock" --state "$agent_dir/state" --run "$agent_dir/run" \
        --images "$out/images" --images "$out/test-images" --group "$(id -gn)" "$@" </dev/null >"$agent_dir/agent.log" 2>&1 &
    agent_pids+=($!)
    agent_dirs+=("$agent_dir")
    until [ -S "$agent_dir/agent.sock" ]; do
        kill -0 "${agent_pids[-1]}" 2>/dev/null || { cat "$agent_dir/agent.log" >&2; fail "The agent ended before it was ready: its own words are above."; }
        [ $((waited += 1)) -lt 500 ] || fail "The agent has not opened its socket within 10 s; its log is $agent_dir/agent.log."
        sleep 0.02
    done
}

# agent_processes <folder>: the agent's keeper, what the keeper has started, and QEMU processes that have lost it: all of this one folder.
agent_processes() {
    local agent_dir=$1 process roots=''
    for process in /proc/[0-9]*; do
        case $(tr '\0' ' ' <"$process/cmdline") in
            virt-keeper\ *" $agent_dir/"* | */virt-agent\ *" $agent_dir/"* | */qemu-system-*"$agent_dir/"* | qemu-system-*"$agent_dir/"*) roots+=" ${process#/proc/}" ;;
        esac
    done 2>/dev/null
    [ -n "$roots" ] || return 0
    # With their descendants; a zombie holds nothing and cannot be ended.
    awk -v roots="$roots" '
        FNR == 1 { pid = state = "" }
        /^State:/ { state = $2 }
        /^Pid:/ { pid = $2 }
        /^PPid:/ { if (state != "Z") parent[pid] = $2 }
        END {
            count = split(roots, list, " ")
            for (i = 1; i <= count; i++) if (list[i] in parent) found[list[i]] = 1
            do {
                more = 0
                for (pid in parent) if (!(pid in found) && (parent[pid] in found)) { found[pid] = 1; more = 1 }
            } while (more)
            for (pid in found) print pid
        }' /proc/[0-9]*/status 2>/dev/null
}

# remove_control_groups <folder>: control groups of the agent, which are named after its state folder (StableHash); empty ones only, from the inside out.
remove_control_groups() {
    local hash=$((0xcbf29ce484222325)) byte group
    for byte in $(printf %s "$1/state" | od -An -v -tu1); do hash=$(((hash ^ byte) * 1099511628211)); done
    find /sys/fs/cgroup -maxdepth 4 -type d -name "$(printf 'virt-%016x' "$hash")" -prune -print 2>/dev/null | while IFS= read -r group; do
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
    done
}

# stop_agents [keep]: ends the agents; VMs, containers, networks and volumes go too, unless they are kept.
stop_agents() {
    local status=0 i
    # All of them empty first, while each still has the others to speak to.
    if [ "${1:-}" != keep ]; then
        for i in "${!agent_dirs[@]}"; do empty_agent "${agent_dirs[i]}" "${agent_pids[i]}"; done
    fi
    for i in "${!agent_dirs[@]}"; do end_agent "${agent_dirs[i]}" "${agent_pids[i]}" "${1:-}" || status=1; done
    agent_dirs=() agent_pids=()
    return $status
}

# empty_agent <folder> <pid>: removes its VMs and containers, then what they were in.
empty_agent() {
    kill -0 "$2" 2>/dev/null || return 0
    VIRT_ENDPOINT=unix://$1/agent.sock NO_COLOR=1 "${shell[@]}" -NonInteractive -Command "$import
        Get-VM | Remove-VM -Force -DeleteDisk -Confirm:\$false
        Get-Container | Remove-Container -Force -Confirm:\$false
        Get-VirtNetwork | Where-Object Name -notin host, none | Remove-VirtNetwork -Confirm:\$false
        Get-VirtVolume | Remove-VirtVolume -Confirm:\$false
        exit [int]([bool]\$Error.Count)" >"$1/end.log" 2>&1 ||
        say "Not all VMs, containers, networks and volumes could be removed: $(cat "$1/end.log")"
}

# end_agent <folder> <pid> [keep]
end_agent() {
    local agent_dir=$1 pid=$2 waited=0
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    [ "${3:-}" != keep ] || return 0

    # The keeper ends by itself once it has neither an agent nor children. What outlasts two seconds is ended by name of the folder.
    while [ -n "$(agent_processes "$agent_dir")" ]; do
        if [ $((waited += 1)) -gt 40 ]; then
            # shellcheck disable=SC2046
            kill -KILL $(agent_processes "$agent_dir") 2>/dev/null
        fi
        [ "$waited" -lt 80 ] || { say "These processes of the agent would not end: $(agent_processes "$agent_dir" | tr '\n' ' ')"; break; }
        sleep 0.05
    done
    remove_control_groups "$agent_dir"
    grep -oF "$agent_dir/" /proc/self/mounts >/dev/null && say "A mount is left under $agent_dir: look at 'grep $agent_dir /proc/mounts'." && return 1
    rm -rf "$agent_dir"
}

# The PowerShell there is: pwsh, else our own console host.
find_shell() {
    export POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off
    if command -v pwsh >/dev/null; then shell=(pwsh -NoLogo -NoProfile); else shell=("$out/shell/virt-shell" -NoLogo -NoProfile); fi
}

import="Import-Module '$out/module/Virt/Virt.psd1' -ErrorAction Stop"
