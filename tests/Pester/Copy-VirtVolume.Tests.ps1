BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Copy-VirtVolume' {
    BeforeAll { $null = New-VirtVolume (New-TestName a) }

    It 'makes another of what one holds' {
        Set-Content (Join-Path (Get-VirtVolume (New-TestName a)).Path f) one
        $copy = Copy-VirtVolume (New-TestName a) (New-TestName b)
        Get-Content (Join-Path $copy.Path f) | Should -Be one
    }
}
