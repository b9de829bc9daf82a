BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Move-VM' {
    It 'moves nothing to a host that is no peer, also with -WhatIf' {
        foreach ($whatIf in $true, $false) {
            Move-VM $vm.Name -DestinationHost nowhere -WhatIf:$whatIf -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'PeerNotFound*'
        }

        (Get-VM $vm.Name).State | Should -Be Stopped
    }

    It 'refuses a plan that is none' {
        { Move-VM -Plan 'no plan' } | Should -Throw
    }

    It 'takes a plan as an object, from ConvertFrom-Json and as text' {
        # One that was altered: each way it reaches the agent, which says so.
        $plan = [Virt.VMMovePlan]@{ VMName = $vm.Name; VMId = $vm.Id; DestinationHost = 'nowhere'; Hash = 'sha256:0' }
        $json = $plan | ConvertTo-Json -Depth 5
        foreach ($form in $plan, ($json | ConvertFrom-Json), $json) {
            Move-VM -Plan $form -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'PeerNotFound*'
        }
    }
}

Describe 'Move-VM between two hosts' {
    BeforeAll {
        # Two agents of this file's own: the session's has no peers and listens for none.
        $root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
        $folder = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) (New-TestName))).FullName
        chmod 711 $folder
        $from, $to = (New-TestName from), (New-TestName to)
        $agents = foreach ($name in $from, $to) {
            $own = (New-Item -ItemType Directory (Join-Path $folder $name)).FullName
            chmod 711 $own
            $options = 'serve', '--name', $name, '--listen', "unix://$own/a.sock", '--state', "$own/state", '--run', "$own/run", '--images', "$root/out/images", '--group', (id -gn),
                '--peer-listen', "127.86.83.$(1 + ($name -eq $to)):$(20000 + $PID % 10000)"
            Start-Process "$root/out/agent/virt-agent" $options -PassThru -RedirectStandardError "$own/log" -RedirectStandardOutput "$own/output"
            for ($i = 0; $i -lt 200 -and -not (Test-Path "$own/a.sock"); $i++) { Start-Sleep -Milliseconds 50 }
            $null = Connect-VirtHost "unix://$own/a.sock" -Name $name -ErrorAction Stop
        }

        $null = Add-VirtPeer $to -ComputerName $from -ErrorAction Stop
        $moving = New-VM (New-TestName moving) -Image starter -MemoryStartupBytes 192MB -Generation 1 -ComputerName $from -ErrorAction Stop
        Start-VM $moving.Name -Wait -For GuestAgent -TimeoutSeconds 120 -ComputerName $from -ErrorAction Stop
        Checkpoint-VM $moving.Name -SnapshotName before -ComputerName $from -ErrorAction Stop
    }

    AfterAll {
        Get-VM (New-TestName '*') -ComputerName $from, $to | Remove-VM -Force -DeleteDisk
        Disconnect-VirtHost $from, $to
        /bin/kill $agents.Id
        $agents | Wait-Process -Timeout 20
        Remove-Item $folder -Recurse -Force
    }

    It 'shows with -WhatIf what it would do and moves nothing' {
        Move-VM $moving.Name -DestinationHost $to -IncludeStorage -WhatIf -ComputerName $from -ErrorAction Stop | Should -BeNullOrEmpty
        (Get-VM $moving.Name -ComputerName $from).State | Should -Be Running
        Get-VM (New-TestName '*') -ComputerName $to | Should -BeNullOrEmpty
    }

    It 'plans with its checkpoints' {
        $plan = Compare-VM $moving.Name -DestinationHost $to -IncludeStorage -ComputerName $from -ErrorAction Stop
        $plan.Problems | Should -BeNullOrEmpty
        $plan.Checkpoints | Should -Be before
    }

    It 'moves it live, and says for how long it stood still' {
        $result = Move-VM $moving.Name -DestinationHost $to -IncludeStorage -PassThru -ComputerName $from -ErrorAction Stop
        $result.Downtime | Should -BeGreaterThan ([timespan]::Zero)
        $result.Downtime | Should -BeLessThan $result.TotalTime
        Get-VM (New-TestName '*') -ComputerName $from | Should -BeNullOrEmpty
        (Get-VM $moving.Name -ComputerName $to).State | Should -Be Running
        (Invoke-VMCommand $moving.Name -ComputerName $to -- echo here).Output.Trim() | Should -Be here
    }

    It 'has its checkpoint there' {
        $checkpoint = Get-VMCheckpoint -VMName $moving.Name -ComputerName $to -ErrorAction Stop
        $checkpoint.Name | Should -Be before
        $checkpoint.HasMemory | Should -BeTrue
        Remove-VMCheckpoint -VMName $moving.Name -Name before -ComputerName $to -Confirm:$false -ErrorAction Stop
        Get-VMCheckpoint -VMName $moving.Name -ComputerName $to | Should -BeNullOrEmpty
    }
}
