BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Restore-VirtVolume' {
    BeforeAll { $null = New-VirtVolume (New-TestName a) }

    It 'takes it back' {
        $file = Join-Path (Get-VirtVolume (New-TestName a)).Path f
        Set-Content $file one
        Checkpoint-VirtVolume (New-TestName a) -CheckpointName x
        Set-Content $file two
        Restore-VirtVolume (New-TestName a) x -Confirm:$false
        Get-Content $file | Should -Be one
    }
}
