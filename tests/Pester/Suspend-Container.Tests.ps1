BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Suspend-Container' {
    It 'lets one stand still' {
        $container = Start-TestContainer still
        ($container | Suspend-Container -PassThru).State | Should -Be Paused
    }

    It 'says so when it stands still already' {
        Suspend-Container (New-TestName still) -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
    }
}
