BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Export-VM' {
    BeforeAll {
        $source = New-VM (New-TestName source) 192MB -Image starter
    }

    It 'writes a folder that sha256sum finds whole' {
        $path = Join-Path $TestDrive whole
        Export-VM $source.Name -Path $path | Should -BeNullOrEmpty
        Get-ChildItem $path -Name | Should -Contain disk.qcow2
        sh -c "cd '$path' && sha256sum -c --quiet SHA256SUMS && qemu-img check -q disk.qcow2 && echo whole" | Should -Be whole
        (Get-VM $source.Name).DiskPath | Should -Be $source.DiskPath
    }

    It 'takes one from the pipeline, and writes it' {
        (Get-VM $source.Name | Export-VM -Path (Join-Path $TestDrive piped) -PassThru).Name | Should -Be $source.Name
    }

    It 'says that checkpoints stay behind' {
        Checkpoint-VM $source.Name -SnapshotName one
        Export-VM $source.Name -Path (Join-Path $TestDrive checkpoint) -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match checkpoints
    }

    It 'writes only what has changed since a checkpoint, of which a machine is made together with that one' {
        $vm = New-VM (New-TestName since) -MemoryStartupBytes 32MB -NewVHDSizeBytes 64MB
        Checkpoint-VM $vm.Name -SnapshotName monday -DiskOnly
        Export-VMCheckpoint $vm.Name monday -Path (Join-Path $TestDrive monday)
        Export-VM $vm.Name -Path (Join-Path $TestDrive now) -Since monday -WarningAction SilentlyContinue
        Import-VM (Join-Path $TestDrive now) -Name (New-TestName back) -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'BaseRequired*'
        (Import-VM (Join-Path $TestDrive now) -BasePath (Join-Path $TestDrive monday) -Name (New-TestName back)).DiskSizeBytes | Should -Be 64MB
        Export-VM $vm.Name -Path (Join-Path $TestDrive none) -Since sunday -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMCheckpointNotFound*'
    }

    It 'refuses what is there already, and writes nothing with -WhatIf' {
        Export-VM $source.Name -Path $TestDrive -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ArchiveExists*'
        Export-VM $source.Name -Path (Join-Path $TestDrive whatif) -WhatIf
        Test-Path (Join-Path $TestDrive whatif) | Should -BeFalse
    }
}
