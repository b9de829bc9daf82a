BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $a = Start-TestContainer a
}

AfterAll { Remove-TestWorkload }

Describe 'Invoke-Patch' {
    It 'shows with -WhatIf what it would do and does nothing' {
        Invoke-Patch -Container $a.Name -WhatIf -ErrorAction SilentlyContinue -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        (Get-Container $a.Name).Id | Should -Be $a.Id
    }

    It 'gives a result and an error for a workload that it cannot patch' {
        # The starter image has no package manager.
        $results = @(Invoke-Patch -Container $a.Name -ErrorVariable problem -ErrorAction SilentlyContinue)
        @($results | Where-Object { "$($_.Outcome)" -eq 'Patched' }) | Should -HaveCount 0
        @($problem).Count + $results.Count | Should -BeGreaterThan 0
        (Get-Container $a.Name).State | Should -Be Running
    }

    It 'is an error for a name that does not exist' {
        Invoke-Patch -Container no-such -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'does nothing for an empty pipeline' { Get-Container 'no-such-*' | Invoke-Patch | Should -BeNullOrEmpty }
    It 'refuses to guess which workloads are meant' { { Invoke-Patch } | Should -Throw -ErrorId 'TargetRequired*' }
    It 'refuses names from the pipeline, which could be of either kind' { { 'web01' | Invoke-Patch -ErrorAction Stop } | Should -Throw }

    It 'shows a table of seven columns' {
        $result = [Virt.PatchResult]@{ Name = 'web01'; Outcome = 'PutBack'; Message = 'No answer.'; Packages = [Virt.PatchPackage]@{ State = 'PutBack' }; Duration = '00:00:12.3' }
        $lines = ($result | Out-String -Width 160).Trim().Split("`n")
        $lines[0].Trim() -split '\s+' | Should -Be 'Name', 'Kind', 'Outcome', 'Packages', 'Health', 'Duration', 'Message'
        $lines[2] | Should -BeLike 'web01*VM*PutBack*1 put back*12.3 s*No answer.*'
    }
}
