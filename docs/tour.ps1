# A tour of Virt: what a first hour with it looks like, in about a minute. Run it with ./build/run.sh --tour.
# Each step prints the command it runs and what that gave, and says what must have come of it. The tour ends with an error at the first step
# that did something else, and removes what it made in any case.
$ErrorActionPreference = 'Stop'
$run = [guid]::NewGuid().ToString('N').Substring(0, 6)
$vm = "tour-$run"
$web = "tour-web-$run"
$script:Step = 0

function Step([string] $What, [scriptblock] $Command, [scriptblock] $Expect) {
    $script:Step++
    Write-Host ''
    Write-Host "$script:Step. $What" -ForegroundColor Cyan
    Write-Host "PS> $("$Command".Trim().Replace('${vm}', $vm).Replace('$vm', $vm).Replace('$web', $web) -replace '\n\s+', "`n    ")"
    $result = . $Command
    $result | Out-Host
    if (-not ($result | ForEach-Object $Expect | Where-Object { $_ } )) {
        throw "Step $script:Step ($What) did not do what it says: expected $("$Expect".Trim())."
    }
}

try {
    Step 'The host, and what it can' { Get-VirtHost } { $_.ProcessorCount -ge 1 -and $_.Accelerator -in 'kvm', 'tcg' }

    Step 'A virtual machine from the starter image' { New-VM $vm -Image starter -MemoryStartupBytes 192MB } { $_.State -eq 'Stopped' }

    Step 'Start it, and wait until its guest agent answers' {
        Start-VM $vm -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru
    } { $_.State -eq 'Running' -and $_.Health -eq 'Healthy' }

    Step 'Run a command in the guest' { Invoke-VMCommand $vm -- uname -a } { $_.ExitCode -eq 0 -and $_.Output -like 'Linux*' }

    Step 'A container from the starter image, running at once' {
        Start-Container -Image starter -Name $web -MemoryBytes 64MB -- sh -c 'echo ready; exec sleep 600'
    } { $_.State -eq 'Running' }

    Step 'Run a command in the container' { Invoke-ContainerCommand $web -- cat /proc/1/comm } { $_.Output -eq 'sleep' }

    Step 'What the container has written' { Get-ContainerLog $web } { $_.Line -eq 'ready' }

    Step 'Both in one pipeline' { @(Get-VM $vm) + @(Get-Container $web) | Select-Object Name, State, Uptime } { $_.Name -in $vm, $web }

    Step 'A name that is wrong: the error says what to do' {
        Get-VM "${vm}x" -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem | ForEach-Object { "$_"; "Recommended: $($_.ErrorDetails.RecommendedAction)" }
    } { $_ -like "*$vm'*" }

    Step 'What would happen to the guest, without doing it' { Stop-VM $vm -WhatIf; Get-VM $vm } { $_.State -eq 'Running' }

    Step 'Shut the guest down' { Stop-VM $vm -TimeoutSeconds 60 -PassThru } { $_.State -eq 'Stopped' }

    Step 'Remove both, and the disk too' {
        Remove-VM $vm -DeleteDisk -Force
        Remove-Container $web -Force
        "left: $(@(Get-VM "$vm*").Count + @(Get-Container "$web*").Count)"
    } { $_ -eq 'left: 0' }

    Write-Host ''
    Write-Host "All $script:Step steps did what they say." -ForegroundColor Green
}
finally {
    # What is left over only where a step went wrong.
    Get-VM "$vm*" | Remove-VM -Force -DeleteDisk
    Get-Container "$web*" | Remove-Container -Force
}

exit 0
