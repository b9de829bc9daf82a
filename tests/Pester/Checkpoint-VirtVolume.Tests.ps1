BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Checkpoint-VirtVolume' {
    BeforeAll { $null = New-VirtVolume (New-TestName a) }

    It 'keeps what it holds, and says how' {
        $volume = Checkpoint-VirtVolume (New-TestName a) -CheckpointName x -PassThru
        $volume.Checkpoints[0].Name | Should -Be x
        $volume.Checkpoints[0].Method | Should -BeIn 'Copy', 'CopyOnWrite'
        { Checkpoint-VirtVolume (New-TestName a) -CheckpointName X -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeCheckpointAlreadyExists*'
    }
}
