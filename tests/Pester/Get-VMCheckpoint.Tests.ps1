BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $script:vm = New-TestVM
    Checkpoint-VM $vm.Name -SnapshotName first
    Checkpoint-VM $vm.Name -SnapshotName second
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMCheckpoint' {
    It 'gives them by machine, by name, by pattern, by id and from the pipeline' {
        (Get-VMCheckpoint $vm.Name).Name | Should -Be first, second
        (Get-VMCheckpoint -VMName $vm.Name -Name 'SEC*').Name | Should -Be second
        $first = Get-VMCheckpoint $vm.Name first
        (Get-VMCheckpoint -Id $first.Id).Name | Should -Be first
        ($first | Get-VMCheckpoint).Id | Should -Be $first.Id
        ($vm | Get-VMCheckpoint).Count | Should -Be 2
    }

    It 'tells what each stands on, and which one is current' {
        $second = Get-VMCheckpoint $vm.Name second
        $second.ParentName | Should -Be first
        $second.IsCurrent | Should -BeTrue
    }

    It 'offers the nearest name' {
        Get-VMCheckpoint $vm.Name secnd -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].Exception.Message | Should -BeLike "*did you mean 'second'?"
    }

    It 'gives something that a runbook can mock' {
        ([Virt.VMCheckpoint]@{ Name = 'x'; HasMemory = $true }).Name | Should -Be x
    }
}
