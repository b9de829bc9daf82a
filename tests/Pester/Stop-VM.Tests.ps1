BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Stop-VM' {
    It 'shuts the guest down' {
        $vm | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120
        (Stop-VM $vm.Name -TimeoutSeconds 60 -PassThru).State | Should -Be Stopped
    }

    It 'turns it off' {
        $vm | Start-VM
        ($vm | Stop-VM -TurnOff -PassThru).State | Should -Be Stopped
    }

    It 'leaves one alone that is stopped already' {
        (Stop-VM $vm.Name -PassThru -ErrorAction Stop).State | Should -Be Stopped
    }

    It 'presses the button again for a guest that did not listen yet' {
        $vm | Start-VM
        ($vm | Stop-VM -PassThru -ErrorAction Stop).State | Should -Be Stopped
    }
}
