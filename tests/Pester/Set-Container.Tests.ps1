BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Set-Container' {
    It 'changes limits while it runs' {
        $container = Start-TestContainer limits
        $changed = Set-Container $container.Name -MemoryBytes 64MB -CpuCount 0.5 -PassThru
        $changed.MemoryLimitBytes | Should -Be 64MB
        $changed.ProcessId | Should -Be $container.ProcessId
    }

    It 'changes the limits of every process while it runs' {
        $container = Start-TestContainer held
        $changed = Set-Container $container.Name -Ulimit nofile=100 -OutOfMemoryScore 200 -PassThru
        $changed.ProcessId | Should -Be $container.ProcessId
        (Invoke-ContainerCommand $container.Name -- sh -c 'ulimit -n; cat /proc/1/oom_score_adj').Output.Trim() | Should -Be "100`n200"
    }

    It 'takes a limit away with 0' { (Set-Container (New-TestName limits) -MemoryBytes 0 -PassThru).MemoryLimitBytes | Should -BeNullOrEmpty }

    It 'starts it anew for the rest, and says so' {
        $container = Get-Container (New-TestName limits)
        $changed = Set-Container $container.Name -Environment @{ A = 'b' } -StopTimeoutSeconds 1 -PassThru -WarningVariable said -WarningAction SilentlyContinue
        $changed.ProcessId | Should -Not -Be $container.ProcessId
        $said[0].Message | Should -BeLike '*started anew*'
        (Invoke-ContainerCommand $container.Name -- sh -c 'echo $A').Output.Trim() | Should -Be b
    }

    It 'lays variables over those of the image' {
        $image = "$env:VIRT_TEST_REGISTRY/team/app:1"
        $container = New-Container (New-TestName env) -Image $image -Pull Missing -Environment @{ OLD = '1' }
        $given = (New-Container (New-TestName env2) -Image $image).Environment
        $now = ($container | Set-Container -Environment @{ LEVEL = 'debug' } -PassThru).Environment
        $now['LEVEL'] | Should -Be debug
        $now.ContainsKey('OLD') | Should -BeFalse
        foreach ($name in $given.Keys) { $now[$name] | Should -Be $given[$name] }
    }

    It 'says before it stops it that a program or a user is not there' {
        $container = Get-Container (New-TestName limits)
        { Set-Container $container.Name -Command tpyo -ErrorAction Stop } | Should -Throw -ErrorId 'ProgramNotFound*'
        { Set-Container $container.Name -User nobdy -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerUserNotFound*'
        (Get-Container $container.Name).ProcessId | Should -Be $container.ProcessId
    }

    It 'publishes other ports while it runs' {
        $network = New-VirtNetwork (New-TestName net)
        $container = Start-Container -Image starter -Name (New-TestName ports) -Network $network.Name -Command sleep, 600
        $after = $container | Set-Container -Publish 18080:80 -AllowFrom 127.0.0.0/8 -PassThru
        $after.Ports | Should -Be '18080:80'
        $after.AllowFrom | Should -Be '127.0.0.0/8'
        $after.ProcessId | Should -Be $container.ProcessId
        ($container | Set-Container -Publish @() -AllowFrom @() -PassThru).Ports | Should -BeNullOrEmpty
    }

    It 'goes into another network, and its ports with it' {
        $network = New-VirtNetwork (New-TestName net2)
        $changed = Set-Container (New-TestName ports) -Network $network.Name -Publish 18081:80 -PassThru -WarningAction SilentlyContinue
        $changed.Network | Should -Be $network.Name
        $changed.Ports | Should -Be '18081:80'
        (Set-Container $changed.Name -Network none -PassThru -WarningAction SilentlyContinue).IPAddresses | Should -BeNullOrEmpty
    }

    It 'says with -WhatIf whether it would be started anew, and changes nothing' {
        $container = Get-Container (New-TestName limits)
        $transcript = Join-Path ([IO.Path]::GetTempPath()) "$(New-TestName whatif).txt"
        Start-Transcript $transcript | Out-Null
        try {
            Set-Container $container.Name -MemoryBytes 32MB -WhatIf
            Set-Container $container.Name -Tmpfs /scratch -WhatIf
        }
        finally { Stop-Transcript | Out-Null }
        $said = Get-Content $transcript | Where-Object { $_ -like 'What if*' }
        Remove-Item $transcript
        $said[0] | Should -BeLike '*It would be changed while it runs.'
        $said[1] | Should -BeLike '*It would be started anew, with all that it has written.'
        $now = Get-Container $container.Name
        $now.ProcessId | Should -Be $container.ProcessId
        $now.Tmpfs | Should -BeNullOrEmpty
    }

    It 'changes what New-Container gave it, and keeps what it has written' {
        $name = New-TestName limits
        Invoke-ContainerCommand $name -- sh -c 'echo kept >/kept'
        Set-Container $name -Tmpfs /scratch -Ulimit nofile=50:60 -ExtraHost db:10.0.0.7 -OutOfMemoryScore 300 -AddCapability NET_ADMIN -WarningAction SilentlyContinue
        (Invoke-ContainerCommand $name -- sh -c 'cat /kept; ulimit -n; cat /proc/self/oom_score_adj; grep -c /scratch /proc/mounts; grep -c 10.0.0.7 /etc/hosts').Output.Trim() -split '\s+' | Should -Be kept, 50, 300, 1, 1
        (Set-Container $name -Tmpfs @() -PassThru -WarningAction SilentlyContinue).Tmpfs | Should -BeNullOrEmpty
        (Get-Container $name).Capabilities | Should -Contain CAP_NET_ADMIN
    }

    It 'is asked in another way whether it works, while it runs' {
        $container = Get-Container (New-TestName limits)
        Set-Container $container.Name -HealthCommand 'test -e /kept' -HealthIntervalSeconds 0.05
        Wait-Container $container.Name -For Healthy -TimeoutSeconds 30
        (Set-Container $container.Name -HealthCommand @() -PassThru).HealthCheck | Should -BeNullOrEmpty
        (Get-Container $container.Name).ProcessId | Should -Be $container.ProcessId
    }

    It 'shows it other folders while it runs, and starts it anew where one is used' {
        $folder = Join-Path ([IO.Path]::GetTempPath()) (New-TestName folder)
        New-Item -ItemType Directory $folder | Out-Null
        Set-Content (Join-Path $folder hello) world
        try {
            $container = Get-Container (New-TestName limits)
            (Set-Container $container.Name -Volume "${folder}:/in:ro" -PassThru).ProcessId | Should -Be $container.ProcessId
            (Invoke-ContainerCommand $container.Name -- sh -c 'cat /in/hello; touch /in/x 2>/dev/null || echo read-only').Output.Trim() -split '\s+' | Should -Be world, read-only
            (Set-Container $container.Name -Volume @() -PassThru).ProcessId | Should -Be $container.ProcessId
            Set-Container $container.Name -Volume "${folder}:/in" -Command sh, -c, 'cd /in && exec sleep 600' -WarningAction SilentlyContinue
            $busy = Get-Container $container.Name
            $changed = Set-Container $container.Name -Volume @() -PassThru -WarningVariable said -WarningAction SilentlyContinue
            $changed.ProcessId | Should -Not -Be $busy.ProcessId
            $said[0].Message | Should -BeLike '*started anew*'
        }
        finally { Set-Container (New-TestName limits) -Volume @() -Command sleep, 600 -WarningAction SilentlyContinue; Remove-Item -Recurse $folder }
    }

    It 'says what can be instead, in words of its own' {
        { Set-Container (New-TestName limits) -MemoryBytes 5 -ErrorAction Stop } | Should -Throw -ExpectedMessage 'Cannot change container*4 MB is the least*' -ErrorId 'InvalidMemoryBytes*'
    }

    It 'binds by property name' {
        "Name,ProcessCount`n$(New-TestName limits),50" | ConvertFrom-Csv | ForEach-Object { Set-Container $_.Name -ProcessCount $_.ProcessCount }
        (Get-Container (New-TestName limits)).ProcessCountLimit | Should -Be 50
    }
}
