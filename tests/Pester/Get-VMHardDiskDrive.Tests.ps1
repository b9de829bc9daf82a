BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
    Add-VMHardDiskDrive $vm.Name -SizeBytes 8MB
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMHardDiskDrive' {
    It 'shows the first disk and the others' {
        $disks = Get-VMHardDiskDrive $vm.Name
        $disks.Name | Should -Be disk0, disk1
        $disks[0].Path | Should -Be $vm.DiskPath
        $disks[1].SizeBytes | Should -Be 8MB
    }

    It 'takes machines from the pipeline, and patterns' {
        (Get-VM $vm.Name | Get-VMHardDiskDrive -Name disk1).Name | Should -Be disk1
        (Get-VMHardDiskDrive $vm.Name *1).Name | Should -Be disk1
    }

    It 'finds a drive again by itself and by its id' {
        $disk = Get-VMHardDiskDrive $vm.Name disk1
        ($disk | Get-VMHardDiskDrive).Name | Should -Be disk1
        (Get-VMHardDiskDrive -Id $disk.Id).Name | Should -Be disk1
    }

    It 'says what there is where a name is wrong' {
        Get-VMHardDiskDrive $vm.Name disk9 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        "$($problem[0])" | Should -BeLike '*disk0, disk1*'
    }
}
