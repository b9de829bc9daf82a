BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMConsole' {
    It 'gives the last lines, as often as one likes' {
        Invoke-VMCommand $vm.Name -- sh -c 'printf "\none\ntwo\n" > /dev/console' | Out-Null
        $vm | Get-VMConsole -Tail 2 | Should -Be 'one', 'two'
        Get-VMConsole $vm.Name -Tail 1 | Should -Be 'two'
    }

    It 'says so when it does not run' {
        $stopped = New-TestVM idle
        Get-VMConsole $stopped.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMWrongState*'
    }
}
