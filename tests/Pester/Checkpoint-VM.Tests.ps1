BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Checkpoint-VM' {
    It 'makes one that goes by itself' {
        $vm = New-TestVM expires
        $checkpoint = $vm | Checkpoint-VM -SnapshotName short -ExpiresAfter 0:0:2 -PassThru
        $checkpoint.ExpirationTime | Should -BeGreaterThan $checkpoint.CreationTime
        $vm | Checkpoint-VM -SnapshotName stays
        $limit = [datetime]::Now.AddSeconds(60)
        while ((Get-VMCheckpoint $vm.Name).Name -contains 'short' -and [datetime]::Now -lt $limit) { Start-Sleep -Milliseconds 100 }
        (Get-VMCheckpoint $vm.Name).Name | Should -Be stays
        $vm | Checkpoint-VM -ExpiresAfter 0:0:0 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidArgument
    }

    It 'keeps the memory of a running machine, which runs on' {
        $vm = New-TestVM running
        $vm | Start-VM -Wait -For GuestAgent
        $checkpoint = Checkpoint-VM $vm.Name -SnapshotName before -Notes why -PassThru
        $checkpoint.HasMemory | Should -BeTrue
        $checkpoint.PauseDuration | Should -BeGreaterThan ([timespan]::Zero)
        $checkpoint.Notes | Should -Be why
        (Get-VM $vm.Name).State | Should -Be Running
    }

    It 'keeps one that is Paused or Saved as it is, and brings it back so' {
        $vm = New-TestVM still
        $vm | Start-VM -Wait -For GuestAgent
        $vm | Suspend-VM
        (Checkpoint-VM $vm.Name -SnapshotName paused -PassThru).State | Should -Be Paused
        (Get-VM $vm.Name).State | Should -Be Paused
        $vm | Resume-VM
        $vm | Save-VM
        (Checkpoint-VM $vm.Name -SnapshotName saved -PassThru).State | Should -Be Saved
        (Restore-VMCheckpoint $vm.Name paused -PassThru -Confirm:$false).State | Should -Be Paused
        (Restore-VMCheckpoint $vm.Name saved -PassThru -Confirm:$false).State | Should -Be Saved
        $vm | Checkpoint-VM -CheckpointType ProductionOnly -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].ErrorDetails.RecommendedAction | Should -Be "Checkpoint-VM -Name $($vm.Name) -CheckpointType Standard"
    }

    It 'lets the guest come to rest where that is asked for' {
        $vm = New-TestVM production
        $vm | Start-VM -Wait -For GuestAgent
        $checkpoint = Checkpoint-VM $vm.Name -SnapshotName rest -CheckpointType ProductionOnly -PassThru -WarningVariable warned
        $checkpoint.CheckpointType, $checkpoint.HasMemory | Should -Be Production, $false
        $warned | Should -BeNullOrEmpty
        (Get-VM $vm.Name).State | Should -Be Running
    }

    It 'says so where it is of another type than was asked for, and makes none where that is not wanted' {
        $vm = New-VM (New-TestName agentless) -NoVHD -MemoryStartupBytes 64MB -Generation 1
        $vm | Set-VM -CheckpointType Production
        $vm | Start-VM
        (Checkpoint-VM $vm.Name -SnapshotName x -PassThru -WarningVariable warned -WarningAction SilentlyContinue).CheckpointType | Should -Be Standard
        "$warned" | Should -Match 'no guest agent listens'
        Checkpoint-VM $vm.Name -CheckpointType ProductionOnly -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'GuestAgentSilent*'
        $vm | Set-VM -CheckpointType Disabled
        Checkpoint-VM $vm.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
    }

    It 'makes up a name, and writes nothing by itself' {
        $vm = New-TestVM named
        $vm | Checkpoint-VM | Should -BeNullOrEmpty
        (Get-VMCheckpoint $vm.Name).Name | Should -BeLike "$($vm.Name) - 20*"
    }

    It 'makes none with -WhatIf' {
        $vm = New-TestVM whatif
        Checkpoint-VM $vm.Name -WhatIf
        Get-VMCheckpoint $vm.Name | Should -BeNullOrEmpty
    }

    It 'goes on as a job' {
        $vm = New-TestVM job
        $job = $vm | Checkpoint-VM -SnapshotName later -AsJob
        ($job | Wait-Job | Receive-Job).Name | Should -Be later
    }

    It 'refuses a name that is taken' {
        $vm = New-TestVM taken
        $vm | Checkpoint-VM -SnapshotName one
        $vm | Checkpoint-VM -SnapshotName one -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMCheckpointAlreadyExists*'
    }
}
