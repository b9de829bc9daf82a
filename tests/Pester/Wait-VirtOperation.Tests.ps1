BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Wait-VirtOperation' {
    It 'gives the operation when it has ended' {
        $job = New-VM (New-TestName a) -Image starter -AsJob
        (Wait-VirtOperation $job.OperationId -TimeoutSeconds 60).State | Should -Be Completed
        $job | Wait-Job -Timeout 20 | Remove-Job
    }

    It 'says what was awaited when the time is over' {
        $container = Start-TestContainer stubborn @('sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done')
        $job = Stop-Container $container.Name -NoKill -TimeoutSeconds 600 -AsJob
        Wait-VirtOperation $job.OperationId -TimeoutSeconds 1 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be OperationTimeout
        $job | Stop-Job
        $job | Remove-Job
    }
}
