BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $a = Start-TestContainer a
}

AfterAll { Remove-TestWorkload }

Describe 'Invoke-Patch' {
    It 'gives a result and an error for a workload that it cannot patch' {
        # The starter image has no package manager.
        $result = Invoke-Patch -Container $a.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $result.Outcome | Should -Be Skipped
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NoPackageManager*'
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

Describe 'Invoke-Patch, with packages that can be patched' {
    BeforeAll {
        $good = (Start-TestService good).Name
        $planned = (Start-TestService planned).Name
        $bad = (Start-TestService bad virt-bad-health 8081).Name
    }

    It 'shows with -WhatIf -<Choice> a line for each package and writes nothing' -ForEach @(
        @{ Choice = 'SecurityOnly'; Value = $true }, @{ Choice = 'Include'; Value = 'virt-g*' }, @{ Choice = 'Exclude'; Value = 'virt-b*', 'virt-f*', 'virt-r*' }
    ) {
        # What ShouldProcess says goes to the host alone.
        $options = @{ $Choice = $Value }
        $file = New-TemporaryFile
        Start-Transcript $file -UseMinimalHeader | Out-Null
        try { Invoke-Patch -Container $good @options -WhatIf -ErrorAction Stop | Should -BeNullOrEmpty } finally { Stop-Transcript | Out-Null }
        (Get-Content $file) -like 'What if:*' | Should -Be "What if: container '$good': virt-good 1 -> 2 (security)"
        Remove-Item $file
        Get-PatchHistory -Container $good | Should -BeNullOrEmpty
        Get-TestVersion $good | Should -Be 1
    }

    It 'keeps a good one' {
        $result = Invoke-Patch -Container $good -Include virt-good -HealthHttp http://127.0.0.1:8080/
        $result.Outcome | Should -Be Patched
        $result.Health | Should -Be Healthy
        "$($result.Packages)" | Should -Be 'virt-good 1 -> 2'
        $result.Steps.Name | Should -Be 'Preflight', 'Checkpoint', 'Apply', 'Replace', 'Health', 'Keep'
        Get-TestVersion $good | Should -Be 2
        (Get-PatchHistory -Container $good).State | Should -Be Completed
    }

    It 'puts a bad one back, with an error that says why' {
        $result = Invoke-Patch -Container $bad -Include virt-bad-health -HealthHttp http://127.0.0.1:8081/ -HealthTimeoutSeconds 1 -ErrorVariable problem -ErrorAction SilentlyContinue
        $result.Outcome | Should -Be PutBack
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'HealthCheckFailed*'
        "$($problem[0])" | Should -BeLike '*500*'
        Get-TestVersion $bad virt-bad-health | Should -Be 1
    }

    It 'gives the reason also where a job ends at once' {
        $plan = New-PatchPlan -Container $planned -SecurityOnly
        $plan.Targets[0].Packages[0].ToVersion = '3'
        $job = Invoke-Patch -Plan $plan -AsJob | Wait-Job -Timeout 60
        $job.State | Should -Be Failed
        $job | Receive-Job -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'PlanAltered*'
        $job | Remove-Job
    }

    It 'applies a plan that was kept as JSON exactly, and only once' {
        $json = New-PatchPlan -Container $planned -SecurityOnly | ConvertTo-Json -Depth 10
        $result = Invoke-Patch -Plan $json -HealthTcp 8080
        $result.Outcome | Should -Be Patched
        Get-TestVersion $planned | Should -Be 2
        foreach ($form in $json, ($json | ConvertFrom-Json)) {
            Invoke-Patch -Plan $form -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'PlanOutOfDate*'
        }
    }
}
