BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $a = Start-TestContainer a
}

AfterAll { Remove-TestWorkload }

Describe 'Undo-Patch' {
    It 'is an error where nothing was kept' {
        $undone = @(Undo-Patch -Container $a.Name -Force -ErrorVariable problem -ErrorAction SilentlyContinue)
        @($undone | Where-Object { "$($_.Outcome)" -eq 'Undone' }) | Should -HaveCount 0
        $problem | Should -Not -BeNullOrEmpty
        (Get-Container $a.Name).State | Should -Be Running
    }

    It 'refuses to guess which workloads are meant' { { Undo-Patch -Force } | Should -Throw -ErrorId 'TargetRequired*' }
    It 'does nothing for an empty pipeline' { Get-Container 'no-such-*' | Undo-Patch | Should -BeNullOrEmpty }
    It 'asks by itself, as it loses data' { (Get-Command Undo-Patch).ImplementingType.GetCustomAttributes([Management.Automation.CmdletAttribute], $false).ConfirmImpact | Should -Be High }
}
