BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Test-VirtHost' {
    It 'says of every check how it came out' {
        $checks = Test-VirtHost
        $checks.Count | Should -BeGreaterThan 3
        $checks | ForEach-Object { $_.Message | Should -Not -BeNullOrEmpty }
    }

    It 'says how to mend what has failed' {
        Test-VirtHost | Where-Object Result -EQ Failed | ForEach-Object { $_.RecommendedAction | Should -Not -BeNullOrEmpty }
    }
}
