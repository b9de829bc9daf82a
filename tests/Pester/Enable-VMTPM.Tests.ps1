BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $bios = New-TestVM
    $vm = New-VM (New-TestName 'u') -Generation 2 -NoVHD -MemoryStartupBytes 128MB
}

AfterAll { Remove-TestWorkload }

Describe 'Enable-VMTPM' {
    It 'does nothing with -WhatIf' {
        Enable-VMTPM $vm.Name -WhatIf
        (Get-VMSecurity $vm.Name).TpmEnabled | Should -BeFalse
    }

    It 'gives a machine that is off a TPM' {
        ($vm | Enable-VMTPM -PassThru).Name | Should -Be $vm.Name
        (Get-VMSecurity $vm.Name).TpmEnabled | Should -BeTrue
    }

    It 'refuses one of generation 1' {
        Enable-VMTPM $bios.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NeedsUefi*'
    }
}
