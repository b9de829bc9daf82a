BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Merge-VHD' {
    It 'makes a differencing disk one with its parent' {
        $parent = New-VHD "$TestDrive/parent.qcow2" -SizeBytes 8MB
        New-VHD "$TestDrive/child.qcow2" -ParentPath $parent.Path -SizeBytes 16MB | Merge-VHD
        (Get-VHD $parent.Path).SizeBytes | Should -Be 16MB
        "$TestDrive/child.qcow2" | Should -Not -Exist
    }

    It 'goes further down with -DestinationPath' {
        $null = New-VHD "$TestDrive/1.qcow2" -SizeBytes 8MB
        $null = New-VHD "$TestDrive/2.qcow2" -ParentPath "$TestDrive/1.qcow2"
        $null = New-VHD "$TestDrive/3.qcow2" -ParentPath "$TestDrive/2.qcow2"
        (Merge-VHD "$TestDrive/3.qcow2" -DestinationPath "$TestDrive/1.qcow2" -PassThru).Path | Should -Be "$TestDrive/1.qcow2"
        (Get-ChildItem "$TestDrive/[123].qcow2").Name | Should -Be '1.qcow2'
    }

    It 'refuses one that stands on nothing' {
        $disk = New-VHD "$TestDrive/alone.qcow2" -SizeBytes 8MB
        { Merge-VHD $disk.Path -ErrorAction Stop } | Should -Throw -ErrorId 'DiskNotDifferencing*'
        $disk.Path | Should -Exist
    }
}
