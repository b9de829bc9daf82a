BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Remove-VM' {
    It 'keeps the disk, and asks nothing' {
        $vm = New-VM (New-TestName kept) -NewVHDSizeBytes 16MB
        try {
            $vm | Remove-VM
            Get-VM (New-TestName 'kept*') | Should -BeNullOrEmpty
            Test-Path $vm.DiskPath | Should -BeTrue
        }
        finally {
            Remove-Item $vm.DiskPath -Force
        }
    }

    It 'deletes the disk where it is told to' {
        $vm = New-VM (New-TestName gone) -NewVHDSizeBytes 16MB
        Remove-VM $vm.Name -DeleteDisk -Confirm:$false
        Test-Path $vm.DiskPath | Should -BeFalse
    }

    It 'removes linked copies and what they stand on, in whatever order' {
        $vm = New-VM (New-TestName a) -NewVHDSizeBytes 16MB
        $copy = Copy-VM $vm.Name (New-TestName b)
        $vm, $copy | Remove-VM -DeleteDisk -Force
        Get-VM $vm.Name, $copy.Name -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        Test-Path $vm.DiskPath | Should -BeFalse
    }

    It 'removes nothing with -WhatIf' {
        $vm = New-TestVM whatif
        $vm | Remove-VM -DeleteDisk -WhatIf
        (Get-VM $vm.Name).Id | Should -Be $vm.Id
    }

    It 'removes no running machine, but with -Force' {
        $vm = New-TestVM running
        $vm | Start-VM
        $vm | Remove-VM -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
        $vm | Remove-VM -Force -DeleteDisk
        Get-VM $vm.Name -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'never takes a container for the machine of its name' {
        $container = Start-TestContainer same
        New-VM $container.Name -NoVHD | Out-Null
        { $container | Remove-VM -ErrorAction Stop } | Should -Throw
        Get-VM $container.Name | Should -Not -BeNullOrEmpty
    }
}
