BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
    $image = Join-Path TestDrive: setup.iso
    Set-Content $image ('x' * 4096)
    $image = (Get-Item $image).FullName
}

AfterAll { Remove-TestWorkload }

Describe 'Add-VMDvdDrive' {
    It 'adds a drive with an image' {
        $drive = Add-VMDvdDrive $vm.Name $image -PassThru
        $drive.Name, $drive.ControllerType, $drive.Path, $drive.IsReadOnly | Should -Be dvd0, SATA, $image, $true
    }

    It 'adds an empty one to a machine that runs' {
        $vm | Start-VM
        $drive = Get-VM $vm.Name | Add-VMDvdDrive -PassThru
        $drive.Name, $drive.ControllerType, $drive.Path | Should -Be dvd1, SCSI, ''
    }

    It 'refuses an image that is not there' {
        Add-VMDvdDrive $vm.Name /nowhere/a.iso -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }
}
