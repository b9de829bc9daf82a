BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Restart-VM' {
    It 'starts one that does not run' {
        ($vm | Restart-VM -PassThru).State | Should -Be Running
    }

    It 'lets the guest shut down, and starts it with what waited for that' {
        $vm | Wait-VM -For GuestAgent -TimeoutSeconds 120
        $before = (Get-VM $vm.Name).ProcessId
        Set-VM $vm.Name -ProcessorCount 2 -WarningAction SilentlyContinue
        $after = Restart-VM $vm.Name -TimeoutSeconds 120 -PassThru
        $after.ProcessId | Should -Not -Be $before
        $after.ProcessorCount | Should -Be 2
    }

    It 'waits for what it is asked to wait for' {
        $again = $vm | Restart-VM -TurnOff -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru
        $again.State, $again.Health | Should -Be Running, Healthy
        { Restart-VM $vm.Name -Wait -For Port } | Should -Throw -ErrorId 'PortRequired,*'
    }

    It 'pulls the plug' {
        ($vm | Restart-VM -TurnOff -PassThru).State | Should -Be Running
    }
}
