BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Remove-VMCheckpoint' {
    It 'removes it, and with the last one the disk is one file again' {
        $vm = New-TestVM
        $vm | Checkpoint-VM -SnapshotName one
        $vm | Checkpoint-VM -SnapshotName two
        (Get-VM $vm.Name).DiskPath | Should -Not -Be $vm.DiskPath
        Remove-VMCheckpoint -VMName $vm.Name -Name one -WhatIf
        (Get-VMCheckpoint $vm.Name).Count | Should -Be 2
        Remove-VMCheckpoint -VMName $vm.Name -Name one -Confirm:$false
        (Get-VMCheckpoint $vm.Name).Name | Should -Be two
        Get-VMCheckpoint $vm.Name | Remove-VMCheckpoint -Confirm:$false
        (Get-VM $vm.Name).DiskPath | Should -Be $vm.DiskPath
    }

    It 'says that one is not there' {
        $vm = New-TestVM none
        Remove-VMCheckpoint -VMName $vm.Name -Name none -Confirm:$false -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }
}
