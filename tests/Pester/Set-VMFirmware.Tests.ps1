BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
    Add-VMDvdDrive $vm.Name
}

AfterAll { Remove-TestWorkload }

Describe 'Set-VMFirmware' {
    It 'changes the order and what the guest reads' {
        $set = Set-VMFirmware $vm.Name -BootOrder dvd0 -SerialNumber VM-1 -AssetTag 4711 -PassThru
        $set.BootOrder | Should -Be dvd0, disk0
        $set.SerialNumber, $set.AssetTag | Should -Be 'VM-1', '4711'
        (Set-VMFirmware $vm.Name -BootOrder @() -PassThru).BootOrder | Should -Be disk0, dvd0
    }

    It 'has a machine begin with a file of its host, and with its BIOS again' {
        $rom = '/usr/share/seabios/bios-256k.bin'
        $own = New-VM (New-TestName b) 64MB -NoVHD -Generation 1 -FirmwarePath $rom -ErrorAction Stop
        (Get-VMFirmware $own.Name).Type, (Get-VMFirmware $own.Name).FirmwarePath | Should -Be ROM, $rom
        (Set-VMFirmware $own.Name -FirmwarePath '' -PassThru).Type | Should -Be BIOS
        (Set-VMFirmware $own.Name -FirmwarePath $rom -PassThru).FirmwarePath | Should -Be $rom
        Set-VMFirmware $own.Name -FirmwarePath /usr/share/seabios/none.bin -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FirmwareNotFound,*'
    }

    It 'forgets a drive that goes, and starts from the network' {
        Add-VMDvdDrive $vm.Name
        Set-VMFirmware $vm.Name -BootOrder dvd1, disk0
        Remove-VMDvdDrive $vm.Name dvd1
        (Get-VMFirmware $vm.Name).BootOrder | Should -Be disk0, dvd0
        $bare = New-VM (New-TestName p) 64MB -NoVHD -Generation 1 -ErrorAction Stop
        ($bare | Set-VMFirmware -BootOrder nic0 -PassThru).BootOrder | Should -Be nic0
        Set-VMFirmware $vm.Name -BootOrder disk0, disk0 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'InvalidBootOrder,*'
    }

    It 'refuses drives that there are not, and secure boot with a BIOS' {
        Set-VMFirmware $vm.Name -BootOrder dvd7 -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*disk0, dvd0*'
        Set-VMFirmware $vm.Name -SecureBoot -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*generation 1*'
        Set-VMFirmware $vm.Name -EnableSecureBoot On -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*generation 1*'
        (Set-VMFirmware $vm.Name -EnableSecureBoot Off -PassThru -ErrorAction Stop).SecureBoot | Should -BeFalse
        { Set-VMFirmware $vm.Name -EnableSecureBoot Off -SecureBoot } | Should -Throw -ErrorId 'SecureBootTwice,*'
    }
}
