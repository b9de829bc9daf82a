BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Disconnect-VirtHost * }

Describe 'Connect-VirtHost' {
    It 'greets a host and gives it' {
        $found = Connect-VirtHost $env:VIRT_ENDPOINT -Name (New-TestName here)
        $found.AgentVersion | Should -Not -BeNullOrEmpty
        $found.ComputerName | Should -Be (New-TestName here)
    }

    It 'makes its name good for every cmdlet' {
        $null = Connect-VirtHost $env:VIRT_ENDPOINT -Name (New-TestName here)
        (Get-VirtHost -ComputerName (New-TestName here)).ComputerName | Should -Be (New-TestName here)
        (Get-VirtHost -ComputerName (New-TestName '*')).ComputerName | Should -Be (New-TestName here)
    }

    It 'makes it the default where that is wanted' {
        $null = Connect-VirtHost $env:VIRT_ENDPOINT -Name (New-TestName here) -Default
        (Get-VirtHost).ComputerName | Should -Be (New-TestName here)
        $null = Connect-VirtHost (New-TestName here) -Default:$false
        (Get-VirtHost).ComputerName | Should -Be $env:VIRT_ENDPOINT
    }

    It 'gives the others when one is dead' {
        $found = Connect-VirtHost unix:///nowhere/agent.sock, $env:VIRT_ENDPOINT -ErrorVariable problem -ErrorAction SilentlyContinue
        $found | Should -HaveCount 1
        $problem[0].TargetObject | Should -Be 'unix:///nowhere/agent.sock'
        $problem[0].CategoryInfo.Category | Should -Be ConnectionError
    }

    It 'completes -ComputerName' {
        $null = Connect-VirtHost $env:VIRT_ENDPOINT -Name (New-TestName here)
        (TabExpansion2 "Get-VM -ComputerName $(New-TestName)").CompletionMatches | Should -HaveCount 0
        (TabExpansion2 "Get-VM -ComputerName $(New-TestName her)").CompletionMatches.CompletionText | Should -Be (New-TestName here)
    }
}
