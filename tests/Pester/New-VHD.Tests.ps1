BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'New-VHD' {
    It 'makes a dynamic one as its name ends' -ForEach 'qcow2', 'raw', 'vhdx', 'vmdk', 'vhd' {
        $disk = New-VHD "$TestDrive/a.$_" -SizeBytes 64MB
        $disk.Path | Should -Be "$TestDrive/a.$_"
        $disk.Format | Should -Be $_
        $disk.Type | Should -Be Dynamic
        $disk.SizeBytes | Should -Be 64MB
        $disk.Path | Should -Exist
    }

    It 'makes a fixed one' {
        $disk = New-VHD -Path "$TestDrive/fixed.raw" -SizeBytes 8MB -Fixed
        $disk.Type | Should -Be Fixed
        $disk.FileSizeBytes | Should -BeGreaterOrEqual 8MB
    }

    It 'makes a differencing one' {
        $parent = New-VHD "$TestDrive/parent.qcow2" 32MB
        $disk = New-VHD "$TestDrive/child.qcow2" -ParentPath $parent.Path -Differencing
        $disk.Type | Should -Be Differencing
        $disk.ParentPath | Should -Be $parent.Path
        $disk.SizeBytes | Should -Be 32MB
    }

    It 'makes one for each row' {
        $rows = "Path,SizeBytes`n$TestDrive/row1.qcow2,1MB`n$TestDrive/row2.qcow2,2MB" | ConvertFrom-Csv
        ($rows | New-VHD).SizeBytes | Should -Be 1MB, 2MB
    }

    It 'makes nothing with -WhatIf' {
        New-VHD "$TestDrive/whatif.qcow2" -SizeBytes 1GB -WhatIf
        "$TestDrive/whatif.qcow2" | Should -Not -Exist
    }

    It 'refuses <Word> and overwrites nothing' -ForEach @(
        @{ Word = 'a file that is there'; Path = 'there.qcow2'; Id = 'DiskAlreadyExists' }
        @{ Word = 'a folder that is not there'; Path = 'no/such/a.qcow2'; Id = 'FolderNotFound' }
        @{ Word = 'a name that says no format'; Path = 'a.txt'; Id = 'DiskFormatMismatch' }
    ) {
        Set-Content "$TestDrive/there.qcow2" mine
        New-VHD "$TestDrive/$Path" -SizeBytes 1GB -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike "$Id*"
        $problem[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-Content "$TestDrive/there.qcow2" | Should -Be mine
    }

    It 'refuses a relative path' { { New-VHD relative.qcow2 -SizeBytes 1GB -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidPath*' }

    It 'goes on as a job' {
        $job = New-VHD "$TestDrive/job.qcow2" -SizeBytes 1GB -AsJob
        ($job | Wait-Job -Timeout 60 | Receive-Job).Path | Should -Be "$TestDrive/job.qcow2"
        $job | Remove-Job
    }
}
