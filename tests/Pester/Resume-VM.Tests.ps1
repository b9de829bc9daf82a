BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Resume-VM' {
    It 'lets one go on' {
        $vm | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120
        $vm | Suspend-VM
        ($vm | Resume-VM -PassThru).State | Should -Be Running
        (Invoke-VMCommand $vm.Name -- hostname).Output.Trim() | Should -Be $vm.Name
    }

    It 'refuses one that runs' {
        Resume-VM $vm.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
    }
}
