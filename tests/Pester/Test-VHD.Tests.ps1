BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Test-VHD' {
    BeforeAll { $disk = New-VHD "$TestDrive/a.qcow2" -SizeBytes 4MB }

    It 'says that one is sound' {
        $test = $disk | Test-VHD
        $test.IsSound | Should -BeTrue
        $test.Message | Should -Not -BeNullOrEmpty
        (Test-VHD $disk.Path -Repair).IsSound | Should -BeTrue
    }

    It 'says which parent is gone' {
        $child = New-VHD "$TestDrive/child.qcow2" -ParentPath $disk.Path
        Rename-Item $disk.Path moved.qcow2
        $test = Test-VHD $child.Path
        $test.IsSound | Should -BeFalse
        $test.MissingParentPath | Should -Be $disk.Path
        Rename-Item "$TestDrive/moved.qcow2" a.qcow2
        (Test-VHD $child.Path).Chain | Should -Be $disk.Path
    }

    It 'is an error for what is no disk image' {
        Set-Content "$TestDrive/text.qcow2" text
        { Test-VHD "$TestDrive/text.qcow2" -ErrorAction Stop } | Should -Throw -ErrorId 'DiskDamaged*'
    }
}
