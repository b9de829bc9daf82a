BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru
}

AfterAll { Remove-TestWorkload }

Describe 'Measure-VM' {
    It 'says what it uses' {
        $used = $vm | Measure-VM
        $used.Name | Should -Be $vm.Name
        $used.MemoryBytes | Should -BeGreaterThan 0
        $used.MemoryLimitBytes | Should -Be 192MB
        $used.CpuTime | Should -BeGreaterThan ([timespan]::Zero)
    }

    It 'says how busy it is' {
        Invoke-VMCommand $vm.Name -- sh -c '(while :; do :; done) >/dev/null 2>&1 &' | Out-Null
        (Measure-VM $vm.Name -IntervalSeconds 1).CpuPercent | Should -BeGreaterThan 10
        Invoke-VMCommand $vm.Name -- sh -c 'kill $(pidof sh) ' | Out-Null
    }

    It 'goes on until it is stopped' { @(Measure-VM $vm.Name -Continuous -IntervalSeconds 0.05 | Select-Object -First 3).Count | Should -Be 3 }

    It 'says so when it does not run' {
        $stopped = New-TestVM idle
        Measure-VM $stopped.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMWrongState*'
    }
}
