BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru
}

AfterAll { Remove-TestWorkload }

Describe 'Connect-VMConsole' {
    It 'ends when its time is over, and the machine runs on' {
        $vm | Connect-VMConsole -ReadOnly -TimeoutSeconds 1
        (Get-VM $vm.Name).State | Should -Be Running
    }

    It 'says so when it does not run' {
        $stopped = New-TestVM idle
        Connect-VMConsole $stopped.Name -TimeoutSeconds 1 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMWrongState*'
    }
}
