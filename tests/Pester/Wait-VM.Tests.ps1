BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Wait-VM' {
    It 'waits for the guest agent' {
        $vm | Start-VM
        (Wait-VM $vm.Name -For GuestAgent -TimeoutSeconds 120 -PassThru).Health | Should -Be Healthy
    }

    It 'says why not yet when the time is over' {
        Wait-VM $vm.Name -For Stopped -TimeoutSeconds 1 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be OperationTimeout
        "$($problem[0])" | Should -BeLike '*Running*'
    }

    It 'refuses a port without -For Port' { { Wait-VM $vm.Name -Port 22 } | Should -Throw -ErrorId 'PortRequired*' }
}
