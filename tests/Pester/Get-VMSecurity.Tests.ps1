BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMSecurity' {
    It 'shows that a machine has neither a TPM nor secure boot' {
        $security = $vm | Get-VMSecurity
        $security.VMName, $security.TpmEnabled, $security.SecureBoot | Should -Be $vm.Name, $false, $false
    }
}
