BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Export-VMCheckpoint' {
    BeforeAll {
        $vm = New-TestVM
        $vm | Checkpoint-VM -SnapshotName before
    }

    It 'writes a folder of which Import-VM makes a machine' {
        $path = Join-Path $TestDrive before
        Export-VMCheckpoint -VMName $vm.Name -Name before -Path $path | Should -BeNullOrEmpty
        sh -c "cd '$path' && sha256sum -c --quiet SHA256SUMS && qemu-img check -q disk.qcow2 && echo whole" | Should -Be whole
        $name = New-TestName imported
        (Import-VM $path -Name $name).Name | Should -Be $name
    }

    It 'takes one from the pipeline, and writes it' {
        (Get-VMCheckpoint $vm.Name | Export-VMCheckpoint -Path (Join-Path $TestDrive piped) -PassThru).Name | Should -Be before
    }

    It 'refuses what is there already, and writes nothing with -WhatIf' {
        Export-VMCheckpoint -VMName $vm.Name -Name before -Path $TestDrive -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ArchiveExists*'
        Export-VMCheckpoint -VMName $vm.Name -Name before -Path (Join-Path $TestDrive whatif) -WhatIf
        Test-Path (Join-Path $TestDrive whatif) | Should -BeFalse
    }
}
