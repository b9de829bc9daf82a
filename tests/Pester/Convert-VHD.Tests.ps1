BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Convert-VHD' {
    BeforeAll { $disk = New-VHD "$TestDrive/a.qcow2" -SizeBytes 8MB }

    It 'makes one of another format' -ForEach 'raw', 'vhdx', 'vmdk', 'vhd' {
        $made = Convert-VHD $disk.Path "$TestDrive/b.$_" -PassThru
        $made.Format | Should -Be $_
        $made.SizeBytes | Should -Be 8MB
        $disk.Path | Should -Exist
    }

    It 'makes a fixed one, and deletes its source' {
        New-VHD "$TestDrive/source.vhdx" -SizeBytes 4MB | Convert-VHD -DestinationPath "$TestDrive/fixed.raw" -VHDFormat raw -VHDType Fixed -DeleteSource
        (Get-VHD "$TestDrive/fixed.raw").Type | Should -Be Fixed
        "$TestDrive/source.vhdx" | Should -Not -Exist
    }

    It 'overwrites nothing, and refuses a name that says another format' {
        { Convert-VHD $disk.Path "$TestDrive/b.raw" -ErrorAction Stop } | Should -Throw -ErrorId 'DiskAlreadyExists*'
        { Convert-VHD $disk.Path "$TestDrive/c.raw" -VHDFormat vmdk -ErrorAction Stop } | Should -Throw -ErrorId 'DiskFormatMismatch*'
        "$TestDrive/c.raw" | Should -Not -Exist
    }

    It 'makes nothing with -WhatIf' {
        Convert-VHD $disk.Path "$TestDrive/whatif.raw" -WhatIf
        "$TestDrive/whatif.raw" | Should -Not -Exist
    }

    It 'goes on as a job' {
        $job = Convert-VHD $disk.Path "$TestDrive/job.raw" -AsJob
        ($job | Wait-Job -Timeout 60 | Receive-Job).Path | Should -Be "$TestDrive/job.raw"
        $job | Remove-Job
    }
}
