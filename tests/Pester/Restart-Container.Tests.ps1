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

    It 'restarts nothing with -WhatIf' {
        $container = Get-Container (New-TestName still)
        Restart-Container $container.Name -WhatIf
        (Get-Container $container.Name).ProcessId | Should -Be $container.ProcessId
    }
}
