BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Get-ContainerProcess' {
    It 'gives what runs in it, by its own ids' {
        $container = Start-TestContainer ps
        $first = $container | Get-ContainerProcess
        $first.ProcessId | Should -Be 1
        $first.UserId | Should -Be 0
        $first.HostProcessId | Should -Be $container.ProcessId
    }

    It 'says so when it does not run' {
        $container = New-Container (New-TestName idle) -Image starter -Command sleep, 600
        Get-ContainerProcess $container.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
    }
}
