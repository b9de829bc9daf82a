# A tour of Virt: what a first hour with it looks like, in a few minutes. Run it with ./build/run.sh --tour, which gives it two hosts, a and b, and a small
# archive of packages that are there to be patched. Each step prints the command it runs and what that gave, and says what must have come of it. The tour
# ends with an error at the first step that did something else, and removes what it made in any case.
$ErrorActionPreference = 'Stop'
$run = [guid]::NewGuid().ToString('N').Substring(0, 6)
$vm = "tour-$run"
$web = "web-$run"
$api = "api-$run"
# Ports of the machine that this run's containers serve at, since they share its network here.
$webPort = 20000 + [System.Diagnostics.Process]::GetCurrentProcess().Id % 10000
$apiPort = $webPort + 10000
# What a step shows in the place of these variables; $webPort before $web, which it begins with.
$values = [ordered] @{ vm = $vm; webPort = "$webPort"; apiPort = "$apiPort"; web = $web; api = $api }
$script:Step = 0

function Step([string] $What, [scriptblock] $Command, [scriptblock] $Expect) {
    $script:Step++
    Write-Host ''
    Write-Host "$script:Step. $What" -ForegroundColor Cyan
    $shown = "$Command".Trim() -replace '\n\s+', "`n    "
    foreach ($name in $values.Keys) { $shown = $shown.Replace("`${$name}", $values[$name]).Replace("`$$name", $values[$name]) }
    Write-Host "PS> $shown"
    $result = . $Command
    $result | Out-Host
    if (-not ($result | ForEach-Object $Expect | Where-Object { $_ } )) {
        throw "Step $script:Step ($What) did not do what it says: expected $("$Expect".Trim())."
    }
}

try {
    Step 'Two hosts, and what they can' { Get-VirtHost -ComputerName a, b } { $_.Name -eq 'b' -and $_.Accelerator -in 'kvm', 'tcg' }

    Step 'A virtual machine on host a: Debian, with systemd and a guest agent' {
        New-VM $vm -Image debian -MemoryStartupBytes 384MB -SwitchName user -ComputerName a
    } { $_.State -eq 'Stopped' }

    Step 'Start it, and wait until its guest agent answers' {
        Start-VM $vm -Wait -For GuestAgent -TimeoutSeconds 180 -PassThru -ComputerName a
    } { $_.State -eq 'Running' -and $_.Health -eq 'Healthy' }

    Step 'Meanwhile, two containers: each serves over HTTP' {
        Start-Container -Name $web -Image debian -Network host -ComputerName a -- virt-good-server $webPort
        Start-Container -Name $api -Image debian -Network host -ComputerName a -- virt-bad-health-server $apiPort
    } { $_.State -eq 'Running' }

    Step 'Run commands in the guest: version 1 of two services is installed' {
        Invoke-VMCommand $vm -TimeoutSeconds 180 -ComputerName a -- sh -c 'rm -f /etc/apt/sources.list.d/*; echo deb [trusted=yes] http://10.0.2.2:7790 stable main > /etc/apt/sources.list
            for s in updates security; do echo deb [trusted=yes] http://10.0.2.2:7790 stable-$s main; done >> /etc/apt/sources.list
            apt-get -qq update && apt-get -qq install virt-good=1 virt-bad-health=1 && dpkg-query -W "virt-*"'
    } { $_.ExitCode -eq 0 -and $_.Output -like '*virt-good*1*' }

    Step 'Could it move to host b? Compare-VM looks before anything is done' {
        Compare-VM $vm -DestinationHost b -ComputerName a
    } { -not ($_.Problems | Where-Object IsBlocking) }

    Step 'Move it, live: it runs on while it moves, and stands still for milliseconds' {
        Move-VM $vm -DestinationHost b -ComputerName a -PassThru
    } { $_.Downtime -gt 0 -and $_.Downtime.TotalSeconds -lt 5 }

    Step 'It is on host b now, and nowhere else' { Get-VM $vm* -ComputerName a, b } { $_.ComputerName -eq 'b' -and $_.State -eq 'Running' }

    Step 'Which updates wait for it, and for the containers?' {
        Get-PatchStatus -VM $vm -ComputerName b
        Get-PatchStatus -Container $web, $api -ComputerName a
    } { $_.PendingCount -gt 0 }

    Step 'A good patch of the guest: checkpoint, update, health check; it is kept' {
        Invoke-Patch -VM $vm -Include virt-good -HealthHttp http://127.0.0.1:8080/ -ComputerName b
    } { $_.Outcome -eq 'Patched' -and $_.Health -eq 'Healthy' }

    Step 'And of a container: a layer with the update over its image, under the same name' {
        Invoke-Patch -Container $web -Include virt-good -HealthHttp "http://127.0.0.1:$webPort/" -ComputerName a
    } { $_.Outcome -eq 'Patched' -and $_.Health -eq 'Healthy' }

    Step 'A bad patch: this update installs well, but its service answers 500. It is put back' {
        Invoke-Patch -Container $api -Include virt-bad-health -HealthHttp "http://127.0.0.1:$apiPort/" -HealthTimeoutSeconds 5 -ComputerName a -ErrorAction SilentlyContinue
    } { $_.Outcome -eq 'PutBack' }

    Step 'The same in the guest, which is put back with its memory: nothing has to boot' {
        Invoke-Patch -VM $vm -Include virt-bad-health -HealthHttp http://127.0.0.1:8081/ -HealthTimeoutSeconds 10 -ComputerName b -ErrorAction SilentlyContinue
    } { $_.Outcome -eq 'PutBack' }

    Step 'What was patched is version 2, what was put back is version 1, and serves' {
        Invoke-VMCommand $vm -ComputerName b -- sh -c 'dpkg-query -W "virt-*"; bash -c "exec 3<>/dev/tcp/127.0.0.1/8081; echo GET / >&3; echo >&3; cat <&3"'
    } { $_.Output -match 'virt-bad-health\s+1' -and $_.Output -match 'virt-good\s+2' -and $_.Output -match '200 OK' }

    Step 'It is all written down' { Get-PatchHistory -ComputerName a, b } { $_.Results.Count -gt 0 }

    Step 'A name that is wrong: the error says what to do' {
        Get-VM "${vm}x" -ComputerName b -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem | ForEach-Object { "$_"; "Recommended: $($_.ErrorDetails.RecommendedAction)" }
    } { $_ -like "*$vm'*" }

    Step 'Shut the guest down and remove everything' {
        Stop-VM $vm -TimeoutSeconds 90 -ComputerName b
        Remove-VM $vm -DeleteDisk -Force -ComputerName b
        Remove-Container $web, $api -Force -ComputerName a
        "left: $(@(Get-VM $vm* -ComputerName a, b).Count + @(Get-Container *$run -ComputerName a, b).Count)"
    } { $_ -eq 'left: 0' }

    Write-Host ''
    Write-Host "All $script:Step steps did what they say." -ForegroundColor Green
}
finally {
    # What is left over only where a step went wrong.
    Get-VM "$vm*" -ComputerName a, b | Remove-VM -Force -DeleteDisk
    Get-Container "*$run" -ComputerName a, b | Remove-Container -Force
}

exit 0
