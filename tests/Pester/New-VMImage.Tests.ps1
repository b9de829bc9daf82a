BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll {
    Remove-TestWorkload
    Get-VMImage "$script:TestPrefix-*" | Remove-VMImage
}

Describe 'New-VMImage' {
    BeforeAll { $script:Source = New-TestVM source }

    It 'makes one of a machine, of which machines are made' {
        $image = New-VMImage (New-TestName made) -VMName $Source.Name -Description 'mine'
        $image.Description | Should -Be mine
        $image.Source | Should -Be "VM '$($Source.Name)'"
        $image.GuestAgent | Should -BeTrue
        $image.VirtualSizeBytes | Should -Be $Source.DiskSizeBytes
        $vm = New-VM (New-TestName child) 192MB -Image $image.Name -Generation 1
        $vm.DiskSizeBytes | Should -Be $Source.DiskSizeBytes
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
