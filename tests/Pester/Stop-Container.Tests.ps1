BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Stop-Container' {
    It 'kills one at once' {
        $container = Start-TestContainer hard
        $stopped = $container | Stop-Container -TurnOff -PassThru
        $stopped.State | Should -Be Stopped
        $stopped.ExitCode | Should -Be 137
    }

    It 'lets the first process end by itself' {
        $container = Start-TestContainer soft @('sh', '-c', 'trap "exit 5" TERM; while :; do sleep 0.1; done')
        (Stop-Container $container.Name -PassThru).ExitCode | Should -Be 5
    }

    It 'lets one run on with -NoKill' {
        $container = Start-TestContainer stubborn @('sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done')
        Stop-Container $container.Name -TimeoutSeconds 1 -NoKill -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be OperationTimeout
        (Get-Container $container.Name).State | Should -Be Running
    }

    It 'sends a signal and does nothing else' {
        $container = Start-TestContainer signal @('sh', '-c', 'trap "echo got" HUP; while :; do sleep 0.1; done')
        (Stop-Container $container.Name -Signal HUP -PassThru).State | Should -Be Running
    }

    It 'leaves one alone that has stopped already' {
        (Stop-Container (New-TestName hard) -PassThru -ErrorAction Stop).State | Should -Be Stopped
    }

    It 'takes no two ways to end one' {
        { Stop-Container (New-TestName signal) -TurnOff -Signal HUP } | Should -Throw -ErrorId 'InvalidTurnOff*'
        { Stop-Container (New-TestName signal) -TurnOff -NoKill } | Should -Throw -ErrorId 'InvalidTurnOff*'
    }
}
