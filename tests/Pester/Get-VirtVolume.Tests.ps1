BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Get-VirtVolume' {
    BeforeAll { $null = New-VirtVolume (New-TestName a) }

    It 'gives it by name, pattern and id' {
        (Get-VirtVolume (New-TestName a)).Name | Should -Be (New-TestName a)
        (Get-VirtVolume (New-TestName '*')).Count | Should -Be 1
        (Get-VirtVolume -Id (Get-VirtVolume (New-TestName a)).Id).Name | Should -Be (New-TestName a)
    }

    It 'says how much it holds where that is asked' {
        (Get-VirtVolume (New-TestName a)).SizeBytes | Should -BeNullOrEmpty
        Set-Content (Join-Path (Get-VirtVolume (New-TestName a)).Path file) -Value 12345 -NoNewline
        (Get-VirtVolume (New-TestName a) -IncludeSize).SizeBytes | Should -Be 5
    }

    It 'is an error for a name that does not exist' { { Get-VirtVolume no-such -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeNotFound*' }

    It 'shows a table of six columns' {
        $header = ([Virt.VirtVolume]@{ Name = 'db'; Path = '/x'; UsedBy = 'web' } | Out-String -Width 160).Trim().Split("`n")[0].Trim() -split '\s+'
        $header | Should -Be 'Name', 'Host', 'UsedBy', 'Checkpoints', 'Created', 'Path'
    }
}
