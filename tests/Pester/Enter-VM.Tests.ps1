BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru
}

AfterAll { Remove-TestWorkload }

Describe 'Enter-VM' {
    It 'opens the console until its time is over, and the machine runs on' {
        $vm | Enter-VM -ReadOnly -TimeoutSeconds 1
        (Get-VM $vm.Name).State | Should -Be Running
    }

    It 'says so when it does not run, and what to type for a name that is none' {
        $stopped = New-TestVM idle
        Enter-VM $stopped.Name -TimeoutSeconds 1 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMWrongState*'
        Enter-VM nosuch -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMNotFound*'
    }
}
