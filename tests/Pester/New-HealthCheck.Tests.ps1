BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'New-HealthCheck' {
    It 'makes one check that machines and containers take' {
        $check = New-HealthCheck 'test -e /tmp' -IntervalSeconds 0.5 -TimeoutSeconds 2 -Retries 2
        $check.Command | Should -Be '/bin/sh', '-c', 'test -e /tmp'
        "$check" | Should -Be '/bin/sh -c test -e /tmp'
        $vm = New-VM (New-TestName checked) -MemoryStartupBytes 32MB -NoVHD -HealthCheck $check
        $vm.HealthCheck.Command | Should -Be $check.Command
        $vm.HealthCheck.Interval.TotalSeconds, $vm.HealthCheck.Retries, $vm.HealthCheck.StartPeriod.TotalMinutes | Should -Be 0.5, 2, 5
        $container = Start-TestContainer checked
        $container | Set-Container -HealthCheck $check
        $container | Wait-Container -For Healthy -TimeoutSeconds 60
        (Get-Container $container.Name).Health | Should -Be Healthy
    }

    It 'is given to one that is there, and taken from it' {
        $vm = New-VM (New-TestName later) -MemoryStartupBytes 32MB -NoVHD
        ($vm | Set-VM -HealthCheck (New-HealthCheck -Tcp 80) -PassThru).HealthCheck.TcpPort | Should -Be 80
        ($vm | Set-VM -HealthCheck (New-HealthCheck -Http http://127.0.0.1/) -PassThru).HealthCheck.HttpUrl | Should -Be http://127.0.0.1/
        ($vm | Set-VM -HealthCheck $null -PassThru).HealthCheck | Should -BeNullOrEmpty
    }

    It 'is not given beside its parts' {
        $check = New-HealthCheck -Tcp 80
        { New-VM (New-TestName twice) -NoVHD -HealthCheck $check -HealthTcp 81 } | Should -Throw -ErrorId 'HealthCheckGivenTwice*'
        { New-Container (New-TestName twice) -Image starter -HealthCheck $check -HealthTcp 81 } | Should -Throw -ErrorId 'HealthCheckGivenTwice*'
        { Invoke-Patch -Container (New-TestName twice) -HealthCheck $check -HealthTcp 81 } | Should -Throw -ErrorId 'HealthCheckGivenTwice*'
        $vm = New-VM (New-TestName once) -MemoryStartupBytes 32MB -NoVHD
        $vm | Set-VM -HealthCheck $check -HealthTcp 81 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'HealthCheckGivenTwice*'
    }

    It 'refuses what can be no port' {
        { New-HealthCheck -Tcp 70000 } | Should -Throw
    }
}
