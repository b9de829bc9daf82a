BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Import-VirtVolume' {
    BeforeAll { $null = New-VirtVolume (New-TestName a) }

    It 'makes a volume of an archive' {
        Set-Content (Join-Path (Get-VirtVolume (New-TestName a)).Path f) one
        Export-VirtVolume (New-TestName a) -Path "$TestDrive/a.tar.gz"
        Get-Content (Join-Path (Import-VirtVolume (New-TestName b) -Path "$TestDrive/a.tar.gz").Path f) | Should -Be one
    }

    It 'is an error for a file that is not there' { { Import-VirtVolume (New-TestName c) -Path /tmp/no-such.tar -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveNotFound*' }
}
