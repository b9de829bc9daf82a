BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
    Add-VMDvdDrive $vm.Name
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMDvdDrive' {
    It 'shows DVD drives and no disks' {
        $drive = Get-VMDvdDrive $vm.Name
        $drive.Name, $drive.Type, $drive.ControllerType, $drive.Path | Should -Be dvd0, Dvd, SATA, ''
    }

    It 'takes machines from the pipeline' {
        (Get-VM $vm.Name | Get-VMDvdDrive).Name | Should -Be dvd0
    }
}
