BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Import-VM' {
    BeforeAll {
        $source = New-VM (New-TestName source) 192MB -Image starter -Generation 1 -Notes mine
        $path = Join-Path $TestDrive archive
        Export-VM $source.Name -Path $path
    }

    It 'makes the machine with an identity of its own' {
        $vm = Import-VM $path (New-TestName again)
        $vm.State | Should -Be Stopped
        $vm.Id | Should -Not -Be $source.Id
        $vm.MacAddress | Should -Not -Be $source.MacAddress
        $vm.MemoryBytes | Should -Be 192MB
        $vm.Notes | Should -Be mine
        $vm.DiskSizeBytes | Should -Be $source.DiskSizeBytes
    }

    It 'refuses the identity of a machine that is there, and gives it back when that is gone' {
        Import-VM $path (New-TestName same) -KeepIdentity -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ResourceExists
        Remove-VM $source.Name -DeleteDisk -Force
        $vm = Import-VM $path -KeepIdentity
        $vm.Id | Should -Be $source.Id
        $vm.Name | Should -Be $source.Name
        $vm.MacAddress | Should -Be $source.MacAddress
    }

    It 'refuses an archive with a wrong byte, and leaves nothing' {
        $bad = Join-Path $TestDrive bad
        Copy-Item $path $bad -Recurse
        Add-Content (Join-Path $bad disk.qcow2) x
        Import-VM $bad (New-TestName bad) -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidData
        Get-VM (New-TestName 'bad*') | Should -BeNullOrEmpty
    }

    It 'names what the host has not, and makes nothing with -WhatIf' {
        Import-VM $path (New-TestName lost) -Network no-such -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NetworkNotFound*'
        Import-VM $path (New-TestName whatif) -WhatIf
        Get-VM (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }
}
