BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMGuest' {
    It 'says what the guest is' {
        $guest = $vm | Get-VMGuest
        $guest.Name | Should -Be $vm.Name
        $guest.KernelRelease | Should -Be (Invoke-VMCommand $vm.Name -- uname -r).Output.Trim()
        $guest.HostName | Should -Be (Invoke-VMCommand $vm.Name -- hostname).Output.Trim()
        $guest.AgentVersion | Should -Not -BeNullOrEmpty
        $guest.Interfaces.Name | Should -Contain 'lo'
    }

    It 'says so when no guest agent answers' {
        $stopped = New-TestVM idle
        Get-VMGuest $stopped.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMWrongState*'
    }
}
