BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
    Set-Content (Join-Path TestDrive: a.iso) ('x' * 4096)
    $image = (Get-Item (Join-Path TestDrive: a.iso)).FullName
    Add-VMDvdDrive $vm.Name
    $vm | Start-VM
}

AfterAll { Remove-TestWorkload }

Describe 'Set-VMDvdDrive' {
    It 'puts an image in while the machine runs, and takes it out' {
        (Set-VMDvdDrive $vm.Name dvd0 -Path $image -PassThru).Path | Should -Be $image
        (Get-VMDvdDrive $vm.Name | Set-VMDvdDrive -Path $null -PassThru).Path | Should -Be ''
    }

    It 'keeps what was in it where the other is not there' {
        Set-VMDvdDrive $vm.Name dvd0 $image
        Set-VMDvdDrive $vm.Name dvd0 /nowhere/b.iso -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        (Get-VMDvdDrive $vm.Name).Path | Should -Be $image
    }
}
