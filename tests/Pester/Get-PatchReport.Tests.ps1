BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Get-PatchReport' {
    It 'makes a page that needs nothing else' {
        $page = Get-PatchReport -Format Html -Title 'A <title>'
        $page | Should -BeLike '<!DOCTYPE html>*<h1>A &lt;title&gt;</h1>*'
        $page | Should -Not -Match '<script|src=|href='
    }

    It 'makes JSON' { (Get-PatchReport -Format Json | ConvertFrom-Json).totals.workloads | Should -BeGreaterOrEqual 0 }

    It 'gives objects that a test can make' {
        $report = [Virt.PatchReport]@{ Name = 'web01'; DaysExposed = 3.21; UpdatedCount = 4; SecurityCount = 1 }
        ($report | Out-String -Width 160) | Should -BeLike '*web01*4 (1 security)*3.2*'
    }
}
