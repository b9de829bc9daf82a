BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $a = Start-TestContainer a
}

AfterAll { Remove-TestWorkload }

Describe 'Undo-Patch' {
    It 'is an error where nothing was kept' {
        Undo-Patch -Container $a.Name -Force -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NoPatchKept*'
        (Get-Container $a.Name).State | Should -Be Running
    }

    It 'takes back what was patched, and says what is lost' {
        $service = (Start-TestService good).Name
        (Invoke-Patch -Container $service -Include virt-good -HealthTcp 8080).Outcome | Should -Be Patched
        Invoke-ContainerCommand $service -- sh -c 'echo later > /root/later' | Out-Null
        Undo-Patch -Container $service -WhatIf | Should -BeNullOrEmpty
        Get-TestVersion $service | Should -Be 2
        $undone = Undo-Patch -Container $service -Force
        $undone.Outcome | Should -Be Undone
        $undone.Lost | Should -BeLike '1 file (6 bytes)*'
        Get-TestVersion $service | Should -Be 1
    }

    It 'refuses to guess which workloads are meant' { { Undo-Patch -Force } | Should -Throw -ErrorId 'TargetRequired*' }
    It 'does nothing for an empty pipeline' { Get-Container 'no-such-*' | Undo-Patch | Should -BeNullOrEmpty }
    It 'asks by itself, as it loses data' { (Get-Command Undo-Patch).ImplementingType.GetCustomAttributes([Management.Automation.CmdletAttribute], $false).ConfirmImpact | Should -Be High }
}
