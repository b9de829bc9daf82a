BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'New-Container' {
    It 'makes one and does not start it' {
        $container = New-Container (New-TestName a) -Image starter -Command sleep, 600 -MemoryBytes 64MB -CpuCount 0.5 -Labels @{ team = 'blue' }
        $container.State | Should -Be Created
        $container.MemoryLimitBytes | Should -Be 64MB
        $container.CpuCountLimit | Should -Be 0.5
        $container.Labels['team'] | Should -Be 'blue'
    }

    It 'makes up a name' {
        $container = New-Container -Image starter
        $container.Name | Should -Not -BeNullOrEmpty
        $container | Remove-Container -Force
    }

    It 'makes one for each row' {
        $rows = "Name,Image,Environment`n$(New-TestName csv1),starter,A=1`n$(New-TestName csv2),starter,A=2" | ConvertFrom-Csv
        ($rows | New-Container | ForEach-Object { $_.Environment['A'] }) | Should -Be '1', '2'
    }

    It 'takes folders of the host, and says which' {
        $container = New-Container (New-TestName vol) -Image starter -Volume "${TestDrive}:/data:ro" -Network none
        $container.Volumes | Should -Be "${TestDrive}:/data:ro"
        # As in docker's how-tos; without SELinux it does nothing.
        (New-Container (New-TestName volz) -Image starter -Volume "${TestDrive}:/data:ro,z" -Network none).Volumes | Should -Be "${TestDrive}:/data:ro,z"
        $container.Network | Should -Be none
    }

    It 'takes a file of the host' {
        $file = Join-Path $TestDrive site.conf
        Set-Content $file 'of the host'
        (New-Container (New-TestName file) -Image starter -Volume "${file}:/etc/site.conf:ro").Volumes | Should -Be "${file}:/etc/site.conf:ro"
    }

    It 'makes one of each name' {
        (New-Container (New-TestName two1), (New-TestName two2) -Image starter -Command sleep, 600).Name | Should -Be (New-TestName two1), (New-TestName two2)
    }

    It 'refuses a folder that the host does not have' {
        New-Container (New-TestName novol) -Image starter -Volume '/no/such/folder:/data' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VolumeFolderNotFound*'
    }

    It 'makes a container of each step of isolation, and none of two' {
        (New-Container (New-TestName step) -Image starter).Isolation | Should -Be 'Application'
        $chroot = New-Container (New-TestName chroot) -Image starter -Isolation Chroot
        $chroot.Isolation | Should -Be 'Chroot'
        $chroot.Network | Should -Be 'host'
        $jail = New-Container (New-TestName jail) -Image starter -Isolation Jail
        $jail.UserNamespace | Should -Be 'Host'
        { New-Container (New-TestName both) -Image starter -System -Isolation Jail } | Should -Throw -ErrorId 'InvalidIsolation*'
        New-Container (New-TestName named) -Image starter -Isolation Chroot -HostName other -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'InvalidHostName*'
    }

    It 'makes a system container, and none whose init would be root on the host' {
        $container = New-Container (New-TestName system) -Image starter -System
        $container.Isolation | Should -Be 'System'
        $container.Command | Should -Be '/sbin/init'
        $container.StopSignal | Should -Be 'SIGRTMIN+3'
        New-Container (New-TestName rooted) -Image starter -System -Privileged -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'InvalidSystem*'
    }

    It 'takes what docker run takes' {
        $container = New-Container (New-TestName all) -Image starter -Entrypoint sh, -c -Command 'exec sleep 600' -StopSignal INT -StopTimeoutSeconds 3 -Tmpfs /run -AddCapability NET_ADMIN `
            -Ulimit nofile=100:200 -Sysctl @{ 'net.core.somaxconn' = '77' } -ExtraHost db:10.0.0.7 -OutOfMemoryScore 100 -CpuShares 512 -RestartPolicy OnFailure -RestartMaximum 2 -HealthTcp 80
        $container.Command | Should -Be 'sh', '-c', 'exec sleep 600'
        $container.StopSignal | Should -Be SIGINT
        $container.Capabilities | Should -Contain CAP_NET_ADMIN
        $container.RestartPolicy | Should -Be OnFailure
        $container.HealthCheck.TcpPort | Should -Be 80
        $container.UserNamespace | Should -Be Private
    }

    It 'asks the name servers that it is given, where it has a network' {
        (New-Container (New-TestName dns) -Image starter -Network host -Dns 10.0.0.1).Dns | Should -Be 10.0.0.1
        New-Container (New-TestName nodns) -Image starter -Dns 10.0.0.1 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].Exception.Message | Should -BeLike '*without a network*'
    }

    It 'completes the networks' {
        (TabExpansion2 'New-Container -Network h').CompletionMatches.CompletionText | Should -Be host
    }

    It 'makes nothing with -WhatIf' {
        New-Container (New-TestName whatif) -Image starter -WhatIf
        Get-Container (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }

    It 'refuses an image that does not exist' {
        New-Container (New-TestName bad) -Image startre -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'is in several networks, with an address of its choice in one' {
        $names = (New-TestName one), (New-TestName two)
        $null = New-VirtNetwork $names[0] -Subnet 10.77.1.0/24
        $null = New-VirtNetwork $names[1] -Subnet 10.77.2.0/24
        $made = New-Container (New-TestName several) -Image starter -Network $names -IPAddress 10.77.2.9
        $made.Networks | Should -Be $names
        $made.IPAddresses | Should -Be 10.77.1.2, 10.77.2.9
        New-Container (New-TestName twice) -Image starter -Network $names[0], $names[0] -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'AlreadyInNetwork,*'
    }

    It 'fetches the image first where that is asked for' {
        $image = "$env:VIRT_TEST_REGISTRY/team/app:1"
        Remove-ContainerImage $image -Force -ErrorAction Ignore
        { New-Container fetched -Image $image -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerImageNotFound,*'
        try { (New-Container fetched -Image $image -Pull Missing).Image | Should -Be $image }
        finally { Remove-Container fetched -Force -ErrorAction Ignore }
        { New-Container -Image $env:VIRT_TEST_REGISTRY/team/none:1 -Pull Missing -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotFound,*'
    }
}
