BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Remove-VirtVolume' {
    BeforeAll { $null = New-VirtVolume (New-TestName a) }

    It 'refuses one that a container has' {
        $null = New-Container (New-TestName user) -Image starter -Volume "$(New-TestName a):/data"
        { Remove-VirtVolume (New-TestName a) -Force -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeInUse*'
        Remove-Container (New-TestName user) -Force
    }

    It 'removes a checkpoint, and then the volume' {
        Checkpoint-VirtVolume (New-TestName a) -CheckpointName x
        Remove-VirtVolume (New-TestName a) -CheckpointName x -Confirm:$false
        (Get-VirtVolume (New-TestName a)).Checkpoints | Should -BeNullOrEmpty
        Get-VirtVolume (New-TestName a) | Remove-VirtVolume -Force
        Get-VirtVolume (New-TestName '*') | Should -BeNullOrEmpty
    }
}
