BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'New-VM' {
    It 'makes one from an image' {
        $vm = New-VM (New-TestName image) 192MB -Image starter -ProcessorCount 2 -Notes 'mine'
        $vm.State | Should -Be Stopped
        $vm.MemoryBytes | Should -Be 192MB
        $vm.ProcessorCount | Should -Be 2
        $vm.Notes | Should -Be 'mine'
        (Get-VM -Id $vm.Id).Name | Should -Be $vm.Name
    }

    It 'starts one from a booted state of its image, which stays until it is removed' {
        $vm = New-VM (New-TestName warm) 192MB -Image starter -Generation 1 -HostName warm.example -Warm
        $vm.State | Should -Be Running
        Invoke-VMCommand $vm.Name hostname | Should -Be 'warm.example'
        (Get-VMImage starter).WarmStates | Should -Be '192MB, 1 processor, generation 1, disk of 1GB, a network adapter'
        { Remove-VMImage starter -WarmStatesOnly -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'WarmStateInUse*'
        $vm | Remove-VM -Force -DeleteDisk -Confirm:$false
        Remove-VMImage starter -WarmStatesOnly -Confirm:$false
        (Get-VMImage starter).WarmStates | Should -BeNullOrEmpty
        { New-VM (New-TestName warm) -Image starter -Warm -UserName ann -ErrorAction Stop } | Should -Throw -ErrorId 'WarmWithSeed*'
    }

    It 'makes one with a new disk' {
        $vm = New-VM (New-TestName disk) -NewVHDSizeBytes 64MB -Generation 1
        $vm.DiskSizeBytes | Should -Be 64MB
        $vm.Generation | Should -Be 1
        Test-Path $vm.DiskPath | Should -BeTrue
    }

    It 'makes one for each row' {
        $rows = "Name,Image,MemoryStartupBytes`n$(New-TestName csv1),starter,192MB`n$(New-TestName csv2),starter,256MB" | ConvertFrom-Csv
        ($rows | New-VM).MemoryBytes | Should -Be 192MB, 256MB
    }

    It 'makes nothing with -WhatIf' {
        New-VM (New-TestName whatif) -Image starter -WhatIf
        Get-VM (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }

    It 'shows with -WhatIf what would fail' {
        New-VM (New-TestName whatif) -Image no-such-image -WhatIf -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'refuses <Word>' -ForEach @(
        @{ Word = 'the same name twice'; Category = 'ResourceExists'; Arguments = @{ Image = 'starter' }; Twice = $true }
        @{ Word = 'an image that does not exist'; Category = 'ObjectNotFound'; Arguments = @{ Image = 'startre' } }
        @{ Word = 'a memory of 1KB'; Category = 'InvalidArgument'; Arguments = @{ Image = 'starter'; MemoryStartupBytes = 1KB } }
        @{ Word = 'more memory than any host has'; Category = 'InvalidArgument'; Arguments = @{ Image = 'starter'; MemoryStartupBytes = 1PB } }
    ) {
        $name = New-TestName ('bad' + [array]::IndexOf(@('ResourceExists', 'ObjectNotFound', 'InvalidArgument'), $Category))
        if ($Twice) { New-VM $name @Arguments | Out-Null }
        New-VM $name @Arguments -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].CategoryInfo.Category | Should -Be $Category
        $problem[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'makes one of the CPU that is asked for, else of its host, which its archive and its copy keep' {
        $own = (Get-VirtHost).Architecture
        (New-VM (New-TestName cpu) -NoVHD).Architecture | Should -Be $own
        $other = if ($own -eq 'x64') { 'Arm64' } else { 'X64' }
        $vm = New-VM (New-TestName other) 192MB -NewVHDSizeBytes 16MB -Architecture $other
        $vm.Architecture | Should -Be $other
        (Start-VM $vm.Name -PassThru).Accelerator | Should -Be tcg
        Stop-VM $vm.Name -TurnOff
        (Copy-VM $vm.Name -NewName (New-TestName copy)).Architecture | Should -Be $other
        { New-VM (New-TestName othercpu) -Image starter -Architecture $other -ErrorAction Stop } | Should -Throw -ErrorId 'ArchitectureNotSupported*'
        { New-VM (New-TestName othergen) -NoVHD -Architecture Arm64 -Generation 1 -ErrorAction Stop } | Should -Throw -ErrorId 'GenerationNotSupported*'
    }

    It 'completes the CPUs that there are' {
        (TabExpansion2 'New-VM a -Architecture A').CompletionMatches.CompletionText | Should -Be Arm64
    }

    It 'makes one in a network of the host, with an address and a port of its own' {
        $network = New-VirtNetwork (New-TestName lan)
        $vm = New-VM (New-TestName net) -NoVHD -Network $network.Name -Publish 18080:80 -AllowFrom 10.0.0.0/8
        $vm.Network | Should -Be $network.Name
        $vm.MacAddress | Should -BeLike '02:56:*'
        $vm.Ports | Should -Be '18080:80'
        $vm.AllowFrom | Should -Be '10.0.0.0/8'
        (Get-VirtNetwork $network.Name).UsedBy | Should -Be $vm.Name
        { New-VM (New-TestName none) -NoVHD -Network no-such -ErrorAction Stop } | Should -Throw -ErrorId 'NetworkNotFound*'
    }

    It 'tells its guest what to become' {
        $key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEgPaoAWPBLxNTP8FQv+mWI/oqXYHyR2P8Woev7vqfu/ ann@desk'
        $file = New-TemporaryFile
        Set-Content $file "# mine`n$key"
        try {
            $vm = New-VM (New-TestName seed) 192MB -Image starter -Generation 1 -UserName ann -SshKey $file.FullName -HostName web.example.org -CloudInit @{ packages = @('nginx'); user = @{ shell = '/bin/zsh' } }
        }
        finally { Remove-Item $file }
        $vm | Start-VM -Wait -For GuestAgent
        $read = ($vm | Invoke-VMCommand -- cat /dev/vdb).Output
        $start = $read.IndexOf('#cloud-config')
        $config = $read.Substring($start + 13).Split([char]0)[0] | ConvertFrom-Json
        $config.user.name | Should -Be ann
        $config.user.shell | Should -Be /bin/zsh
        $config.ssh_authorized_keys | Should -Be $key
        $config.packages | Should -Be nginx
        $read | Should -BeLike '*"local-hostname": "web.example.org"*'
    }

    It 'refuses a <Word>' -ForEach @(
        @{ Word = 'user whose name no system takes'; Id = 'InvalidUserName'; Arguments = @{ UserName = 'Ann Other' } }
        @{ Word = 'private key'; Id = 'InvalidSshKey'; Arguments = @{ SshKey = "-----BEGIN OPENSSH PRIVATE KEY-----`nAAAA" } }
        @{ Word = 'host name with a blank'; Id = 'InvalidHostName'; Arguments = @{ HostName = 'web 01' } }
        @{ Word = 'cloud-config with a script block'; Id = 'InvalidCloudInit'; Arguments = @{ CloudInit = @{ runcmd = { date } } } }
    ) {
        { New-VM (New-TestName badseed) -Image starter @Arguments -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
        Get-VM (New-TestName 'badseed*') | Should -BeNullOrEmpty
    }

    It 'gives its guest an agent that is reached as vm:NAME, and says why where that cannot be' {
        $vm = New-VM (New-TestName inside) 192MB -Image starter -Generation 1 -WithAgent
        $vm.HasAgent | Should -BeTrue
        Get-Container -ComputerName "vm:$($vm.Name)" -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMWrongState*'
        $problem[0].TargetObject | Should -Be "vm:$($vm.Name)"
        $vm | Start-VM -Wait -For GuestAgent
        Get-Container -ComputerName "vm:$($vm.Name)" -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'GuestWithoutSystemd*'
        Get-Container -ComputerName "vm:$(New-TestName nobody)" -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        (TabExpansion2 "Get-Container -ComputerName vm:$(New-TestName ins)").CompletionMatches.CompletionText | Should -Be "vm:$($vm.Name)"
    }

    It 'goes on as a job' {
        $job = New-VM (New-TestName job) -Image starter -AsJob
        $vm = $job | Wait-Job -Timeout 60 | Receive-Job
        $vm.Name | Should -Be (New-TestName job)
        (Get-VirtOperation $job.OperationId).State | Should -Be Completed
        $job | Remove-Job
    }
}
