BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll {
    Remove-TestWorkload
    Get-VMImage "$script:TestPrefix-*" | Remove-VMImage
}

Describe 'New-VMImage' {
    BeforeAll {
        $script:Source = New-TestVM source
        Add-VMHardDiskDrive $Source.Name -SizeBytes 16MB
    }

    It 'makes one of a machine, of which machines are made' {
        $image = New-VMImage (New-TestName made) -VMName $Source.Name -Description 'mine'
        $image.Description | Should -Be mine
        $image.Source | Should -Be "VM '$($Source.Name)'"
        $image.GuestAgent | Should -BeTrue
        $image.VirtualSizeBytes | Should -Be $Source.DiskSizeBytes
        $vm = New-VM (New-TestName child) 192MB -Image $image.Name -Generation 1
        $vm.DiskSizeBytes | Should -Be $Source.DiskSizeBytes
        $image.Disks.Name | Should -Be disk0, disk1
        (Get-VMImage $image.Name).Disks[1].VirtualSizeBytes | Should -Be 16MB
        (Get-VMHardDiskDrive $vm.Name).ControllerType | Should -Be Virtio, SCSI
        { Remove-VMImage $image.Name -ErrorAction Stop } | Should -Throw -ErrorId 'VMImageInUse,*'
        $vm | Remove-VM -Force -DeleteDisk
        Remove-VMImage $image.Name
        Get-VMImage (New-TestName 'made*') | Should -BeNullOrEmpty
    }

    It 'takes a machine from the pipeline, and copies it as it is' {
        $image = Get-VM $Source.Name | New-VMImage (New-TestName plain) -NoSeal
        $image.Sealed | Should -BeNullOrEmpty
        $image.Name | Should -Be (New-TestName plain)
    }

    It 'makes nothing with -WhatIf' {
        New-VMImage (New-TestName whatif) -VMName $Source.Name -WhatIf
        Get-VMImage (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }

    It 'refuses a machine that runs, one without a disk, and a name that is taken' {
        $running = New-TestVM running
        $running | Start-VM
        { New-VMImage (New-TestName bad) -VMName $running.Name -ErrorAction Stop } | Should -Throw -ErrorId 'VMWrongState,*'
        $bare = New-VM (New-TestName bare) -NoVHD
        { New-VMImage (New-TestName bad) -VMName $bare.Name -ErrorAction Stop } | Should -Throw -ErrorId 'VMHasNoDisk,*'
        { New-VMImage starter -VMName $Source.Name -ErrorAction Stop } | Should -Throw -ErrorId 'VMImageAlreadyExists,*'
    }

    It 'looks whether one of a distribution can be made, with -WhatIf' {
        New-VMImage (New-TestName distribution) -Distribution bookworm -Package openssh-server -HostName web -SizeBytes 4GB -Mirror 'http://127.0.0.1:9/debian' -Component main -WhatIf
        Get-VMImage (New-TestName 'distribution*') | Should -BeNullOrEmpty
    }

    It 'says what of a distribution cannot be right' {
        $name = New-TestName bad
        { New-VMImage $name -Distribution bookworm -SizeBytes 1GB -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidDiskSize,*'
        { New-VMImage $name -Distribution bookworm -Mirror 'ftp://mirror' -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidMirror,*'
        { New-VMImage $name -Distribution bookworm -Component contrib -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidImageSource,*'
        { New-VMImage $name -Distribution bookworm -HostName '-' -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidHostName,*'
        { New-VMImage starter -Distribution bookworm -ErrorAction Stop } | Should -Throw -ErrorId 'VMImageAlreadyExists,*'
        { New-VMImage $name -VMName $Source.Name -Distribution bookworm -ErrorAction Stop } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        Get-VMImage "$name*" | Should -BeNullOrEmpty
    }

    It 'says that a mirror does not answer, and leaves nothing' {
        { New-VMImage (New-TestName silent) -Distribution bookworm -Mirror 'http://127.0.0.1:9/debian' -ErrorAction Stop } | Should -Throw -ErrorId 'MirrorNotReachable,*'
        Get-VMImage (New-TestName 'silent*') | Should -BeNullOrEmpty
    }

    It 'is told by name whose an answer file is, and by whom an ISO image cannot be read' {
        $answers = Join-Path $TestDrive answers.txt
        'mine' | Set-Content $answers
        { New-VMImage (New-TestName iso) -IsoPath /no/such.iso -AnswerFile $answers -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidAnswerFile,*'
        Move-Item $answers (Join-Path $TestDrive ks.cfg)
        { New-VMImage (New-TestName iso) -IsoPath /no/such.iso -AnswerFile (Join-Path $TestDrive ks.cfg) -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidIso,*'
        { New-VMImage (New-TestName iso) -IsoPath /no/such.iso -AnswerFile (Join-Path $TestDrive no.ks) -ErrorAction Stop } | Should -Throw -ErrorId 'AnswerFileNotFound,*'
        { New-VMImage (New-TestName iso) -IsoPath such.iso -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidPath,*'
        Get-VMImage (New-TestName 'iso*') | Should -BeNullOrEmpty
    }
}
