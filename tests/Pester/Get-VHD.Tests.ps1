BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Get-VHD' {
    BeforeAll {
        $vm = New-TestVM a
        'a.qcow2', 'b.raw' | ForEach-Object { New-VHD "$TestDrive/$_" -SizeBytes 4MB }
    }

    It 'gets one by its path' { (Get-VHD "$TestDrive/a.qcow2").SizeBytes | Should -Be 4MB }

    It 'gets several by a pattern, and nothing where none matches' {
        (Get-VHD "$TestDrive/*.*").Format | Should -Be Qcow2, Raw
        Get-VHD "$TestDrive/none*" | Should -BeNullOrEmpty
    }

    It 'takes files, rows and its own objects' {
        (Get-ChildItem $TestDrive -Filter a.qcow2 | Get-VHD).Format | Should -Be Qcow2
        ([pscustomobject]@{ Path = "$TestDrive/b.raw" } | Get-VHD).Format | Should -Be Raw
        (Get-VHD "$TestDrive/a.qcow2" | Get-VHD).Path | Should -Be "$TestDrive/a.qcow2"
    }

    It 'gets the disks of VMs, and says whose they are' {
        $disk = $vm | Get-VHD
        $disk.Path | Should -Be $vm.DiskPath
        $disk.Attached | Should -BeTrue
        $disk.VMName | Should -Be $vm.Name
        $disk.VMId | Should -Be $vm.Id
        (Get-VHD).Path | Should -Contain $vm.DiskPath
    }

    It 'shows what it stands on' {
        $disk = New-VHD "$TestDrive/child.qcow2" -ParentPath "$TestDrive/a.qcow2"
        (Get-VHD $disk.Path).Chain | Should -Be "$TestDrive/a.qcow2"
    }

    It 'is an error for a file that is not there' { { Get-VHD "$TestDrive/none.qcow2" -ErrorAction Stop } | Should -Throw -ErrorId 'DiskNotFound*' }
}
