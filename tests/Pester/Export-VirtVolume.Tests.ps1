BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Export-VirtVolume' {
    BeforeAll { $null = New-VirtVolume (New-TestName a) }

    It 'writes an archive and overwrites none' {
        Export-VirtVolume (New-TestName a) -Path "$TestDrive/a.tar"
        "$TestDrive/a.tar" | Should -Exist
        { Export-VirtVolume (New-TestName a) -Path "$TestDrive/a.tar" -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveExists*'
    }
}
