BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $container = Start-TestContainer stubborn @('sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done')
}

AfterAll { Remove-TestWorkload }

Describe 'Stop-VirtOperation' {
    It 'cancels what goes on' {
        $job = Stop-Container $container.Name -NoKill -TimeoutSeconds 600 -AsJob
        (Stop-VirtOperation $job.OperationId -PassThru).State | Should -Be Cancelled
        $job | Wait-Job -Timeout 20 | Out-Null
        $job | Remove-Job
        (Get-Container $container.Name).State | Should -Be Running
    }
}
