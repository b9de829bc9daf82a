BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-VM (New-TestName 'u') -Generation 2 -NoVHD -MemoryStartupBytes 128MB
    $vm | Enable-VMTPM
}

AfterAll { Remove-TestWorkload }

Describe 'Disable-VMTPM' {
    It 'takes it out' {
        Disable-VMTPM $vm.Name
        (Get-VMSecurity $vm.Name).TpmEnabled | Should -BeFalse
    }

    It 'says that a machine is not there' {
        Disable-VMTPM nobody -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }
}
