BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
    Add-VMDvdDrive $vm.Name
    Add-VMDvdDrive $vm.Name -ControllerType SCSI
}

AfterAll { Remove-TestWorkload }

Describe 'Remove-VMDvdDrive' {
    It 'takes a SCSI drive out while the machine runs, and says that SATA needs a stop' {
        $vm | Start-VM
        Remove-VMDvdDrive $vm.Name dvd1
        Remove-VMDvdDrive $vm.Name dvd0 -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*only while it is off*'
        $vm | Stop-VM -TurnOff
        Get-VMDvdDrive $vm.Name | Remove-VMDvdDrive
        Get-VMDvdDrive $vm.Name | Should -BeNullOrEmpty
    }
}
