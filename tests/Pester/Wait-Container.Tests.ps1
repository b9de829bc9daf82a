BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Wait-Container' {
    It 'waits for the end and gives the exit code' {
        $container = Start-TestContainer job @('sh', '-c', 'sleep 0.2; exit 4')
        ($container | Wait-Container -TimeoutSeconds 20 -PassThru).ExitCode | Should -Be 4
    }

    It 'says what was awaited when the time is over' {
        $container = Start-TestContainer long
        Wait-Container $container.Name -TimeoutSeconds 1 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be OperationTimeout
        "$($problem[0])" | Should -BeLike '*Running*'
    }
}
