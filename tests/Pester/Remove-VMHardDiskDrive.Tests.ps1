BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Remove-VMHardDiskDrive' {
    It 'keeps the file unless it is told otherwise' {
        $disk = Add-VMHardDiskDrive $vm.Name -SizeBytes 8MB -PassThru
        $disk | Remove-VMHardDiskDrive
        Test-Path $disk.Path | Should -BeTrue
        Add-VMHardDiskDrive $vm.Name -Path $disk.Path
        Remove-VMHardDiskDrive $vm.Name disk1 -DeleteDisk -Confirm:$false
        Test-Path $disk.Path | Should -BeFalse
        (Get-VMHardDiskDrive $vm.Name).Name | Should -Be disk0
    }

    It 'leaves the disk that a machine was made with' {
        Remove-VMHardDiskDrive $vm.Name disk0 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidArgument
        Test-Path $vm.DiskPath | Should -BeTrue
    }
}
