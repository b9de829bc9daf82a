#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests. The last line is "N passed, N failed, N skipped".
#   build/test.sh                        everything
#   build/test.sh unit integration       only these: format unit integration pester tour
#   build/test.sh unit Virt.Tests.House  a part, and in it the classes whose full name begins so
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

parts=() filter=()
for argument in "$@"; do
    case $argument in
        format | unit | integration | pester | tour) parts+=("$argument") ;;
        *) filter+=(--filter-class "$argument*") ;;
    esac
done
[ ${#parts[@]} -gt 0 ] || { if [ ${#filter[@]} -eq 0 ]; then parts=(format unit integration pester tour); else parts=(unit integration); fi; }

passed=0 failed=0 skipped=0 failures=$(mktemp)
add() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }
last_line() { say_slowest; say_failures; say ""; echo "$passed passed, $failed failed, $skipped skipped"; [ "$failed" = 0 ] && [ $((passed + skipped)) != 0 ]; }

wants() { local part; for part in "${parts[@]}"; do [ "$part" = "$1" ] && return; done; return 1; }

if wants integration || wants pester || wants tour; then
    [ "$(id -u)" = 0 ] || fail "The integration tests make namespaces, guests and containers, which needs root: sudo $root/build/test.sh, or without root: build/test.sh format unit"
fi

build/setup.sh test
products=(tests)
# What is not restored has no references, without which every using seems unnecessary.
! wants format || products+=(shell)
! wants integration || products+=(agent module shell images debian debian-archive debian-container debian-system payloads)
! wants pester || products+=(agent module shell images debian-container)
! wants tour || products+=(agent module shell images debian debian-container)
build/build.sh "${products[@]}"

# run_format: whether the code is as .editorconfig has it. Asked again only when a file has changed. What an analyzer finds is an error of the build already.
run_format() {
    local hash
    hash=$(hash_of .editorconfig Directory.Build.props agent module tests build)
    if is_fresh format "$hash" || is_formatted; then
        mark_fresh format "$hash"
        add 1 0 0
    else
        say "failed: the format of the code. Mend it with: dotnet format VirtTools.sln"
        add 0 1 0
    fi
}

is_formatted() {
    local what
    for what in whitespace style; do dotnet format "$what" VirtTools.sln --verify-no-changes --no-restore -v q || return; done
}

# run_xunit <project> [argument...]: its own executable, and its summary added up.
run_xunit() {
    local project=$1 log=$out/$1.log status=0
    shift
    logs+=("$log")
    "$out/bin/$project/Release/net10.0/$project" --no-ansi --progress off --output detailed "${filter[@]}" "$@" 2>&1 | tee "$log" | sed -u '/^passed /d' >&2 || status=$?
    add_up "$project" "$log" "$status"
}

# say_slowest: which tests took longest. Beside others, on whatever machine this is: where time could be saved, and nothing more.
logs=()
say_slowest() {
    [ ${#logs[@]} -gt 0 ] || return 0
    say "" "Seconds that the longest tests took:"
    sed -nE 's/^passed (.*) \((([0-9]+)m )?([0-9]+)s( [0-9]+ms)?\)$/\3 \4 \1/p' "${logs[@]}" |
        awk '{ seconds = $1 ~ /^[0-9]+$/ && $2 ~ /^[0-9]+$/ ? $1 * 60 + $2 : $1; sub(/^[0-9]* *[0-9]+ /, ""); printf "%5d  %s\n", seconds, $0 }' | sort -rn | sed -n 1,15p | cut -c 1-200 >&2
}

# say_failures: what failed, once more at the end, where whoever sees only the end of a long log finds it.
say_failures() {
    if [ -s "$failures" ]; then
        say "" "What failed:"
        cut -c 1-400 "$failures" >&2
    fi
    rm -f "$failures"
}

# add_up <name> <log> <exit code>: one that died without a summary is one failure.
add_up() {
    local name=$1 log=$2 status=$3 total
    total=$(count total "$log")
    if [ -z "$total" ]; then
        say "failed: $name ended with code $status before it summed up its tests."
        add 0 1 0
        return
    fi
    add "$(count succeeded "$log")" "$(count failed "$log")" "$(count skipped "$log")"
    grep -A 12 '^failed ' "$log" | sed '/^passed /d' >>"$failures" || true
    if [ "$status" != 0 ] && [ "$(count failed "$log")" = 0 ] && [ "$total" != 0 ]; then
        say "failed: $name ended with code $status though no test of it failed."
        add 0 1 0
    fi
}

# The tests of machines run as three parts beside all else: each waits for guests for half of its time.
guest_parts=(Virt.IntegrationTests.Vms "Virt.IntegrationTests.Patching Virt.IntegrationTests.Fleet" Virt.IntegrationTests.VmImages)
guest_pids=()

# begin_guests: before all else, which they have the other half of the time for.
begin_guests() {
    local project=Virt.IntegrationTests part
    # Jobs of their own: whatever else a script puts in the background ignores Ctrl+C, which the tests try.
    set -m
    for part in "${guest_parts[@]}"; do
        # shellcheck disable=SC2086
        "$out/bin/$project/Release/net10.0/$project" --no-ansi --progress off --output detailed --filter-namespace $part >"$out/$project.guests${#guest_pids[@]}.log" 2>&1 </dev/null &
        guest_pids+=($!)
    done
    set +m
}

# run_integration: what was not begun by begin_guests. Where a part was asked for, that.
run_integration() {
    # shellcheck disable=SC2086
    if [ ${#guest_pids[@]} -gt 0 ]; then run_xunit Virt.IntegrationTests --filter-not-namespace ${guest_parts[*]}; else run_xunit Virt.IntegrationTests; fi
}

# end_guests: waits for the tests of machines, and adds them up.
end_guests() {
    local project=Virt.IntegrationTests part log status
    for part in "${!guest_pids[@]}"; do
        log=$out/$project.guests$part.log status=0
        wait "${guest_pids[part]}" || status=$?
        unset "guest_pids[part]"
        logs+=("$log")
        sed '/^passed /d' "$log" >&2
        add_up "$project (${guest_parts[part]})" "$log" "$status"
    done
}

# clean_up: nothing that was begun outlives the script.
clean_up() {
    local pid
    for pid in "${guest_pids[@]}"; do kill -INT "$pid" 2>/dev/null || true; done
    stop_registry
}
trap clean_up EXIT

has_pester() {
    command -v pwsh >/dev/null &&
        pwsh -NoProfile -NonInteractive -Command 'if (-not (Get-Module Pester -ListAvailable | Where-Object { $_.Version -ge [version] "5.0" })) { exit 1 }'
}

count() { sed -n "s/^  $1: \([0-9]*\).*/\1/p" "$2" | tail -n 1; }

# start_registry: a registry with two images on loopback, at VIRT_TEST_REGISTRY, which is also a mirror of docker.io.
registry_pid='' registry_folder=''
start_registry() {
    local name waited=0
    export VIRT_TEST_REGISTRY=127.0.0.1:7791
    registry_folder=$(mktemp -d "${TMPDIR:-/tmp}/virt-registry.XXXXXX")
    printf 'version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: %s}\n' \
        "$registry_folder/data" "$VIRT_TEST_REGISTRY" >"$registry_folder/config.yml"
    docker-registry serve "$registry_folder/config.yml" >"$registry_folder/log" 2>&1 &
    registry_pid=$!
    until (: </dev/tcp/127.0.0.1/7791) 2>/dev/null; do
        [ $((waited += 1)) -lt 200 ] || fail "The tests' registry has not opened its port within 10 s: $(cat "$registry_folder/log")"
        sleep 0.05
    done
    umoci init --layout "$registry_folder/layout"
    umoci new --image "$registry_folder/layout:t"
    umoci insert --image "$registry_folder/layout:t" "$out/images/containers/starter/rootfs" /
    for name in team/app:1 library/debian:12; do
        umoci config --image "$registry_folder/layout:t" --config.cmd sh --config.label "name=$name"
        skopeo --insecure-policy copy -q --dest-tls-verify=false "oci:$registry_folder/layout:t" "docker://$VIRT_TEST_REGISTRY/$name"
    done
}

stop_registry() {
    [ -z "$registry_pid" ] || { kill "$registry_pid" && wait "$registry_pid"; } 2>/dev/null || true
    [ -z "$registry_folder" ] || rm -rf "$registry_folder"
    registry_pid='' registry_folder=''
}

# run_pester: a user's view, with pwsh, against an agent of its own. Where the machine has no pwsh or no Pester, both come from NuGet, for the tests alone.
run_pester() {
    local files=(tests/Pester/*.Tests.ps1 docs/runbooks/*.Tests.ps1) log=$out/pester.log summary
    [ -e "${files[0]}" ] || return 0
    if ! has_pester; then
        build/pwsh.sh "$out/tools" >"$out/pwsh.log" 2>&1 || true
        export PATH=$out/tools:$PATH PSModulePath=$out/tools/Modules
        if ! has_pester; then
            say "Pester was not run (${#files[@]} files skipped): pwsh 7 with Pester 5 is neither on this machine nor to be had from NuGet; see $out/pwsh.log. https://aka.ms/powershell says how to get pwsh; then, in it: Install-Module Pester"
            add 0 0 ${#files[@]}
            return
        fi
    fi
    summary=$out/pester.summary
    rm -f "$summary"
    start_registry
    PESTER_SUMMARY=$summary build/run.sh --script tests/Pester/run.ps1 -- --registry-plain-http "$VIRT_TEST_REGISTRY" --registry-mirror "$VIRT_TEST_REGISTRY" 2>&1 | tee "$log" >&2 || true
    grep -a -A 6 -F '[-]' "$log" >>"$failures" || true
    stop_registry
    if [ -s "$summary" ]; then
        # shellcheck disable=SC2046
        add $(<"$summary")
    else
        say "failed: Pester ended before it summed up its tests."
        add 0 1 0
    fi
}

# path_without_pwsh <folder>: the PATH, but each part of it that holds a pwsh is replaced by links to all the rest of it, under the folder.
path_without_pwsh() {
    local part parts path=''
    IFS=: read -ra parts <<<"$PATH"
    for part in "${parts[@]}"; do
        if [ -e "$part/pwsh" ]; then
            mkdir -p "$1$part"
            ln -s "$part"/* "$1$part/"
            rm "$1$part/pwsh"
            part=$1$part
        fi
        path+=${path:+:}$part
    done
    printf %s "$path"
}

# run_tour: the tour as on a machine without pwsh, in Virt's own console host; counts as one test.
run_tour() {
    local links status=0 log=$out/tour.log
    links=$(mktemp -d)
    PATH=$(path_without_pwsh "$links") build/run.sh --tour >"$log" 2>&1 || status=$?
    rm -rf "$links"
    if [ "$status" = 0 ] && grep -Eq '^tour-\S+ +a +b +Live .* [0-9]+ ms *$' "$log"; then
        add 1 0 0
    else
        cat "$log" >&2
        say "failed: the tour ended with code $status, or without printing how long the machine stood still as it moved."
        add 0 1 0
    fi
}

! wants integration || [ ${#filter[@]} -gt 0 ] || begin_guests
! wants format || run_format
! wants unit || run_xunit Virt.Tests
! wants integration || run_integration
! wants pester || run_pester
! wants tour || run_tour
end_guests
last_line
