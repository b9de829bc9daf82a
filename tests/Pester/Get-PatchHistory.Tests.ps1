BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Get-PatchHistory' {
    It 'gives no run of a workload that was never patched' {
        $a = Start-TestContainer a
        try { Get-PatchHistory -Container $a.Name | Should -BeNullOrEmpty } finally { Remove-TestWorkload }
    }

    It 'takes a time and a number' { { Get-PatchHistory -Since (Get-Date).AddDays(-1) -Last 5 -ErrorAction Stop } | Should -Not -Throw }

    It 'shows a table of seven columns' {
        $run = [Virt.PatchRun]@{ Id = [guid]::NewGuid(); StartedBy = 'root'; Results = [Virt.PatchResult]@{ Outcome = 'Patched' }, [Virt.PatchResult]@{ Outcome = 'PutBack' } }
        $lines = ($run | Out-String -Width 200).Trim().Split("`n")
        $lines[0].Trim() -split '\s+' | Should -Be 'Started', 'State', 'By', 'Results', 'Duration', 'Host', 'Id'
        $lines[2] | Should -BeLike '*root*1 patched, 1 put back*'
    }
}
