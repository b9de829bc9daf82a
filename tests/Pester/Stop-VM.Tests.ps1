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

    It 'says so when it is stopped already' {
        Stop-VM $vm.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
        "$($problem[0])" | Should -BeLike '*Stopped*'
    }
}
