BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $a = Start-TestContainer a
}

AfterAll { Remove-TestWorkload }

Describe 'Get-PatchStatus' {
    It 'says why a workload without a package manager cannot be asked, and is no error' {
        $status = Get-PatchStatus -Container $a.Name
        $status.Name | Should -Be $a.Name
        $status.Kind | Should -Be Container
        $status.PendingCount | Should -Be 0
        $status.Problem | Should -Not -BeNullOrEmpty
    }

    It 'takes containers and VMs mixed from the pipeline' { (@(Get-Container $a.Name) + @(Get-VM (New-TestName '*')) | Get-PatchStatus).Id | Should -Be $a.Id }
    It 'gives nothing for an empty pipeline' { Get-Container 'no-such-*' | Get-PatchStatus | Should -BeNullOrEmpty }

    It 'is an error for a name that does not exist' {
        Get-PatchStatus -Container no-such -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $problem[0].TargetObject | Should -Be no-such
    }

    It 'shows a table of seven columns' {
        $status = [Virt.PatchStatus]@{ Name = 'web01'; Packages = [Virt.PatchPackage]@{ Name = 'nginx'; IsSecurity = $true } }
        $lines = ($status | Out-String -Width 160).Trim().Split("`n")
        $lines[0].Trim() -split '\s+' | Should -Be 'Name', 'Kind', 'Pending', 'Security', 'RebootRequired', 'LastPatched', 'Host'
        $lines[2] | Should -BeLike 'web01*VM*1*1*False*'
    }
}
