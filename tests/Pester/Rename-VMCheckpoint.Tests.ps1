BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Rename-VMCheckpoint' {
    BeforeAll {
        $vm = New-TestVM
        $vm | Checkpoint-VM -SnapshotName one
        $vm | Checkpoint-VM -SnapshotName two
    }

    It 'gives it another name, by which it is found' {
        Rename-VMCheckpoint -VMName $vm.Name -Name one -NewName first | Should -BeNullOrEmpty
        (Get-VMCheckpoint $vm.Name).Name | Should -Be first, two
        (Get-VMCheckpoint $vm.Name -Name first | Rename-VMCheckpoint -NewName FIRST -PassThru).Name | Should -BeExactly FIRST
        (Get-VMCheckpoint $vm.Name -Name two).ParentName | Should -BeExactly FIRST
    }

    It 'refuses a name that is taken, and changes nothing with -WhatIf' {
        Rename-VMCheckpoint -VMName $vm.Name -Name two -NewName first -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ResourceExists
        Rename-VMCheckpoint -VMName $vm.Name -Name two -NewName 'a/b' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidArgument
        Rename-VMCheckpoint -VMName $vm.Name -Name two -NewName other -WhatIf
        (Get-VMCheckpoint $vm.Name).Name | Should -Contain two
    }
}
