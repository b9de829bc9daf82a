BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Add-VMHardDiskDrive' {
    It 'makes a disk for a machine that is off' {
        $disk = Add-VMHardDiskDrive $vm.Name -SizeBytes 8MB -MaximumIOPS 500 -PassThru
        $disk.Name, $disk.ControllerType, $disk.MaximumIOPS, $disk.VMName | Should -Be disk1, SCSI, 500, $vm.Name
        Test-Path $disk.Path | Should -BeTrue
    }

    It 'adds one to a machine that runs, and its guest sees it' {
        $vm | Start-VM -Wait -For GuestAgent
        Add-VMHardDiskDrive -VMName $vm.Name -SizeBytes 4MB -ControllerType Virtio -Independent
        $size = ''
        for ($i = 0; $i -lt 100 -and -not $size; $i++) { $size = (Invoke-VMCommand $vm.Name -- sh -c 'cat /sys/block/vdb/size 2>/dev/null; true').Output.Trim() }
        $size | Should -Be 8192
    }

    It 'changes nothing with -WhatIf' {
        Add-VMHardDiskDrive $vm.Name -SizeBytes 4MB -WhatIf
        (Get-VMHardDiskDrive $vm.Name).Count | Should -Be 3
    }

    It 'says what needs a stop' {
        Add-VMHardDiskDrive $vm.Name -SizeBytes 4MB -ControllerType SATA -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*while it runs*'
        "$($problem[0].ErrorDetails.RecommendedAction)" | Should -BeLike "*Stop-VM $($vm.Name)*"
    }
}
