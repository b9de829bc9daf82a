BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
    Add-VMHardDiskDrive $vm.Name -SizeBytes 8MB
}

AfterAll { Remove-TestWorkload }

Describe 'Set-VMHardDiskDrive' {
    It 'limits what a disk may do' {
        $set = Set-VMHardDiskDrive $vm.Name disk* -MaximumIOPS 100 -MaximumBytesPerSecond 10MB -PassThru
        $set.Name | Should -Be disk0, disk1
        $set[1].MaximumIOPS, $set[1].MaximumBytesPerSecond | Should -Be 100, 10MB
    }

    It 'takes nothing from a drive that is piped but itself' {
        $set = Get-VMHardDiskDrive $vm.Name disk1 | Set-VMHardDiskDrive -Independent -PassThru
        $set.IsIndependent, $set.MaximumIOPS | Should -Be $true, 100
    }

    It 'changes nothing with -WhatIf' {
        Set-VMHardDiskDrive $vm.Name disk1 -MaximumIOPS 5 -WhatIf
        (Get-VMHardDiskDrive $vm.Name disk1).MaximumIOPS | Should -Be 100
    }
}
