BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Copy-VM' {
    BeforeAll {
        # BIOS: the starter guest is there in two seconds, under UEFI in eight.
        $source = New-VM (New-TestName source) 192MB -Image starter -Generation 1 -Notes mine
    }

    It 'makes a linked copy with an identity of its own' {
        $copy = Copy-VM $source.Name (New-TestName copy)
        $copy.State | Should -Be Stopped
        $copy.LinkedTo | Should -Be $source.Name
        $copy.Id | Should -Not -Be $source.Id
        $copy.MacAddress | Should -Not -Be $source.MacAddress
        $copy.DiskPath | Should -Not -Be $source.DiskPath
        $copy.MemoryBytes | Should -Be 192MB
        $copy.Notes | Should -Be mine
    }

    It 'numbers several, and goes on with the numbers that are free' {
        (Copy-VM $source.Name -Count 2).Name | Should -Be "$($source.Name)-1", "$($source.Name)-2"
        (Get-VM $source.Name | Copy-VM -Count 2).Name | Should -Be "$($source.Name)-3", "$($source.Name)-4"
        (Copy-VM $source.Name -NewName (New-TestName 'node-##') -Count 2).Name | Should -Be (New-TestName node-01), (New-TestName node-02)
    }

    It 'makes a full copy that stands on nothing' {
        $copy = Copy-VM -Id $source.Id -NewName (New-TestName full) -Full
        $copy.LinkedTo | Should -BeNullOrEmpty
        qemu-img info $copy.DiskPath | Select-String 'backing file:' | Should -BeNullOrEmpty
    }

    It 'boots what it has copied' {
        $copy = Copy-VM $source.Name (New-TestName boots) -Start
        $copy.State | Should -Be Running
        $null = $copy | Wait-VM -For GuestAgent -TimeoutSeconds 120
        (Invoke-VMCommand $copy.Name -- hostname).Output | Should -Match $copy.Name
    }

    It 'keeps the original while linked copies stand on it' {
        { Remove-VM $source.Name -DeleteDisk -Force -ErrorAction Stop } | Should -Throw -ErrorId 'VMHasLinkedCopies*'
        Get-VM $source.Name | Should -Not -BeNullOrEmpty
    }

    It 'does not double published ports, and says so' {
        $null = New-VirtNetwork (New-TestName lan)
        $served = New-VM (New-TestName served) 192MB -Image starter -Network (New-TestName lan) -Publish '127.0.0.1:18081:80'
        $copy = Copy-VM $served.Name (New-TestName served2) -WarningVariable warned -WarningAction SilentlyContinue
        $copy.Ports | Should -BeNullOrEmpty
        $copy.Network | Should -Be $served.Network
        $copy.MacAddress | Should -Not -Be $served.MacAddress
        "$warned" | Should -Match 18081
    }

    It 'keeps the identity where it is asked to' {
        (Copy-VM $source.Name (New-TestName same) -KeepIdentity).MacAddress | Should -Be $source.MacAddress
    }

    It 'refuses a name that is taken, and makes nothing with -WhatIf' {
        Copy-VM $source.Name $source.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ResourceExists
        Copy-VM $source.Name (New-TestName whatif) -WhatIf
        Get-VM (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }
}
