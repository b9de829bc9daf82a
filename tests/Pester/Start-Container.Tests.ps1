BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Start-Container' {
    It 'makes and starts one from an image' {
        $container = Start-Container -Image starter -Name (New-TestName run) -Environment @{ COLOR = 'blue' } -- sleep 600
        $container.State | Should -Be Running
        $container.Command | Should -Be 'sleep', '600'
        $container.ProcessId | Should -BeGreaterThan 1
    }

    It 'starts one that was made' {
        $made = New-Container (New-TestName made) -Image starter -Command sleep, 600
        ($made | Start-Container -PassThru).State | Should -Be Running
    }

    It 'starts one again that has stopped' {
        $name = New-TestName again
        Start-Container -Image starter -Name $name -- sleep 600 | Out-Null
        Stop-Container $name -TurnOff
        (Start-Container $name -Wait -For Running -PassThru).State | Should -Be Running
    }

    It 'shows it a folder of the host' {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive shared)
        Set-Content (Join-Path $folder greeting) 'hello'
        $container = Start-Container -Image starter -Name (New-TestName vol) -Volume "${folder}:/data:ro" -- sleep 600
        (Invoke-ContainerCommand $container.Name -- cat /data/greeting).Output | Should -Match hello
        (Invoke-ContainerCommand $container.Name -ErrorAction SilentlyContinue -- touch /data/x).ExitCode | Should -Not -Be 0
    }

    It 'puts it into the host''s network' {
        $container = Start-Container -Image starter -Name (New-TestName net) -Network host -- sleep 600
        $container.Network | Should -Be host
    }

    It 'puts it into a virtual machine of its own' {
        $container = Start-Container -Image starter -Name (New-TestName vm) -Isolation VM -- sleep 600
        $container.Isolation | Should -Be VM
        $result = Invoke-ContainerCommand $container.Name -- uname -r
        $result.Output | Should -Not -Match ([regex]::Escape((Get-Content /proc/sys/kernel/osrelease)))
        (Get-ContainerProcess $container.Name).Command | Should -Be 'sleep 600'
        Stop-Container $container.Name -TurnOff
    }

    It 'does not give a virtual machine the host''s network' {
        Start-Container -Image starter -Name (New-TestName vmnet) -Isolation VM -Network host -ErrorVariable problem -ErrorAction SilentlyContinue -- true
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'InvalidNetwork*'
    }

    It 'lets an init be its first process' {
        $container = Start-Container -Image starter -Name (New-TestName init) -Init -- sleep 600
        $container.Init | Should -BeTrue
        (Get-ContainerProcess $container.Name).Count | Should -Be 2
        (Stop-Container $container.Name -PassThru).ExitCode | Should -Be 143
    }

    It 'gives the exit code of one that goes with its end' {
        $ended = Start-Container -Image starter -Name (New-TestName gone) -Rm -Wait -For Stopped -- sh -c 'exit 3'
        $ended.ExitCode | Should -Be 3
        (Wait-Container (New-TestName gone) -PassThru).ExitCode | Should -Be 3
        Stop-Container (New-TestName gone) -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem.Count | Should -Be 1
    }

    It 'does not start it again and remove it too' {
        New-Container (New-TestName both) -Image starter -RemoveOnExit -RestartPolicy Always -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRemoveOnExit*'
    }

    It 'leaves one alone that runs already' {
        $before = (Get-Container (New-TestName run)).ProcessId
        (Start-Container (New-TestName run) -PassThru -ErrorAction Stop).ProcessId | Should -Be $before
    }

    It 'makes nothing with -WhatIf' {
        Start-Container -Image starter -Name (New-TestName whatif) -WhatIf
        Get-Container (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }
}
