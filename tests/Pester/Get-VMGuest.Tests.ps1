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

    It 'lists packages when they are asked for, and Get-VM shows all of it' {
        Invoke-VMCommand $vm.Name -- sh -c 'printf "#!/bin/sh\necho \"bash-5.2.26-r0 x86_64 [installed]\"\n" > /bin/apk; chmod 755 /bin/apk' | Out-Null
        ($vm | Get-VMGuest).Packages | Should -BeNullOrEmpty
        "$(($vm | Get-VMGuest -IncludePackages).Packages)" | Should -Be 'bash 5.2.26-r0'
        $detailed = Get-VM $vm.Name -Detailed
        $detailed.Guest.KernelRelease | Should -Be ($vm | Get-VMGuest).KernelRelease
        "$($detailed.Guest.Packages)" | Should -Be 'bash 5.2.26-r0'
        (Get-VM $vm.Name).Guest | Should -BeNullOrEmpty
    }

    It 'says so when no guest agent answers' {
        $stopped = New-TestVM idle
        Get-VMGuest $stopped.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMWrongState*'
    }
}
