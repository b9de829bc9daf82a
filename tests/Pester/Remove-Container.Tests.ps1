BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Remove-Container' {
    It 'removes one that has stopped' {
        $container = New-Container (New-TestName made) -Image starter
        $container | Remove-Container -Confirm:$false
        Get-Container (New-TestName 'made*') | Should -BeNullOrEmpty
    }

    It 'removes no running one, but with -Force' {
        $container = Start-TestContainer running
        $container | Remove-Container -Confirm:$false -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
        $container | Remove-Container -Force
        Get-Container (New-TestName 'running*') | Should -BeNullOrEmpty
    }

    It 'removes nothing with -WhatIf' {
        $container = New-Container (New-TestName whatif) -Image starter
        $container | Remove-Container -WhatIf
        (Get-Container $container.Name).Id | Should -Be $container.Id
    }
}
