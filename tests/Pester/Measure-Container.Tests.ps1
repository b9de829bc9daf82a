BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Measure-Container' {
    It 'says what it uses' {
        $container = Start-TestContainer busy @('sh', '-c', 'while :; do :; done')
        $used = $container | Measure-Container
        $used.CpuPercent | Should -BeGreaterThan 0
        $used.MemoryBytes | Should -BeGreaterThan 0
        $used.Name | Should -Be $container.Name
    }

    It 'measures of a pattern those that run, and no container that is named and does not' {
        $stopped = New-Container (New-TestName busy-not) -Image starter -Command sleep, 600
        @(Measure-Container (New-TestName 'busy*') -ErrorAction Stop).Name | Should -Be (New-TestName busy)
        Measure-Container $stopped.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ContainerWrongState*'
    }

    It 'goes on until it ends' {
        $container = Start-TestContainer brief @('sleep', '0.6')
        @(Measure-Container $container.Name -Continuous -IntervalSeconds 0.05).Count | Should -BeGreaterThan 1
    }
}
