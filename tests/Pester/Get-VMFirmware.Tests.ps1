BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMFirmware' {
    It 'shows kind, order and secure boot' {
        $firmware = Get-VMFirmware $vm.Name
        $firmware.Type, $firmware.SecureBoot, $firmware.BootOrder | Should -Be BIOS, $false, disk0
    }
}
