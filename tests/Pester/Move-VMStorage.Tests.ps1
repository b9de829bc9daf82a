BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Move-VMStorage' {
    BeforeAll {
        $vm = New-TestVM
        $script:There = (New-Item -ItemType Directory (Join-Path $TestDrive there)).FullName
    }

    It 'writes nothing, and says with -WhatIf what would fail' {
        Move-VMStorage $vm.Name $There -WhatIf | Should -BeNullOrEmpty
        (Get-VM $vm.Name).DiskPath | Should -Be $vm.DiskPath
        { Move-VMStorage $vm.Name (Join-Path $There none) -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'FolderNotFound,*'
    }

    It 'moves the disk of one that is off, from the pipeline' {
        $moved = Get-VM $vm.Name | Move-VMStorage -DestinationPath $There -PassThru
        Split-Path $moved.DiskPath | Should -Be $There
        $vm.DiskPath | Should -Not -Exist
        $moved.DiskPath | Should -Exist
    }

    It 'moves it back while the machine runs' {
        Start-VM $vm.Name -Wait -For GuestAgent -TimeoutSeconds 120
        Move-VMStorage $vm.Name (Split-Path $vm.DiskPath) | Should -BeNullOrEmpty
        $now = Get-VM $vm.Name
        $now.State | Should -Be Running
        $now.DiskPath | Should -Be $vm.DiskPath
        Get-ChildItem $There | Should -BeNullOrEmpty
        (Invoke-VMCommand $vm.Name -- echo there).Output.Trim() | Should -Be there
    }

    It 'refuses one that has checkpoints' {
        Checkpoint-VM $vm.Name -SnapshotName one
        { Move-VMStorage $vm.Name $There -ErrorAction Stop } | Should -Throw -ErrorId 'VMHasCheckpoints,*'
    }
}
