BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Resize-VHD' {
    BeforeAll { $disk = New-VHD "$TestDrive/a.qcow2" -SizeBytes 8MB }

    It 'lets one grow, and writes it with -PassThru alone' {
        Resize-VHD $disk.Path -SizeBytes 16MB | Should -BeNullOrEmpty
        ($disk | Resize-VHD -SizeBytes 24MB -PassThru).SizeBytes | Should -Be 24MB
    }

    It 'shrinks it only with -AllowShrink, and warns' {
        { Resize-VHD $disk.Path -SizeBytes 4MB -ErrorAction Stop } | Should -Throw -ErrorId 'DiskWouldShrink*'
        (Get-VHD $disk.Path).SizeBytes | Should -Be 24MB
        Resize-VHD $disk.Path -SizeBytes 4MB -AllowShrink -Confirm:$false -WarningVariable warning -WarningAction SilentlyContinue
        $warning | Should -BeLike '*is lost.'
        (Get-VHD $disk.Path).SizeBytes | Should -Be 4MB
    }

    It 'changes nothing with -WhatIf' {
        Resize-VHD $disk.Path -SizeBytes 1GB -WhatIf
        (Get-VHD $disk.Path).SizeBytes | Should -Be 4MB
    }

    It 'lets the disk of a VM that runs grow' {
        $vm = New-TestVM running
        Start-VM $vm.Name
        $vm | Resize-VHD -SizeBytes ($vm.DiskSizeBytes + 64MB)
        (Get-VM $vm.Name).DiskSizeBytes | Should -Be ($vm.DiskSizeBytes + 64MB)
        { Optimize-VHD $vm.DiskPath -ErrorAction Stop } | Should -Throw -ErrorId 'DiskWrongState*'
    }
}
