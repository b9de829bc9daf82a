BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Restart-Container' {
    It 'is another run of the same container' {
        $container = Start-TestContainer again
        $restarted = $container | Restart-Container -TurnOff -PassThru
        $restarted.Id | Should -Be $container.Id
        $restarted.ProcessId | Should -Not -Be $container.ProcessId
    }

    It 'starts one that does not run' {
        $container = New-Container (New-TestName still) -Image starter -Command sleep, 600
        (Restart-Container $container.Name -PassThru).State | Should -Be Running
    }

    It 'is given up with the pipeline, and the container runs on' {
        $container = Start-TestContainer deaf @('sh', '-c', 'trap "" TERM; while :; do sleep 0.05; done')
        $shell = [powershell]::Create()
        [void]$shell.AddScript("Import-Module '$((Get-Module Virt).Path)'; Restart-Container $($container.Name) -TimeoutSeconds 300")
        $running = $shell.BeginInvoke()
        while ((Get-Container $container.Name).State -ne 'Stopping') { Start-Sleep -Milliseconds 20 }
        $shell.Stop()
        (Get-Container $container.Name).State | Should -Be Running
        (Get-Container $container.Name).ProcessId | Should -Be $container.ProcessId
        $shell.Dispose()
    }

    It 'restarts nothing with -WhatIf' {
        $container = Get-Container (New-TestName still)
        Restart-Container $container.Name -WhatIf
        (Get-Container $container.Name).ProcessId | Should -Be $container.ProcessId
    }
}
