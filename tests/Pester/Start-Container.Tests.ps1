BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Start-Container' {
    It 'makes and starts one from an image' {
        $container = Start-Container -Image starter -Name (New-TestName run) -Environment @{ COLOR = 'blue' } -- sleep 600
        $container.State | Should -Be Running
        $container.Command | Should -Be 'sleep', '600'
        $container.ProcessId | Should -BeGreaterThan 1
    }

    It 'starts one that was made' {
        $made = New-Container (New-TestName made) -Image starter -Command sleep, 600
        ($made | Start-Container -PassThru).State | Should -Be Running
    }

    It 'starts one again that has stopped' {
        $name = New-TestName again
        Start-Container -Image starter -Name $name -- sleep 600 | Out-Null
        Stop-Container $name -TurnOff
        (Start-Container $name -Wait -For Running -PassThru).State | Should -Be Running
    }

    It 'says so when it runs already' {
        Start-Container (New-TestName run) -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
    }

    It 'makes nothing with -WhatIf' {
        Start-Container -Image starter -Name (New-TestName whatif) -WhatIf
        Get-Container (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }
}
