BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Watch-VirtEvent' {
    BeforeAll {
        $before = [DateTimeOffset]::Now
        $container = Start-TestContainer event @('sh', '-c', 'exit 3')
        $container | Wait-Container -For Stopped -TimeoutSeconds 20
    }

    It 'shows what has happened to a container, in its order' {
        $seen = Watch-VirtEvent $container.Name -Kind Container -Since $before | Select-Object -First 3
        $seen.Action | Should -Be 'Created', 'Started', 'Exited'
        $seen[2].ExitCode | Should -Be 3
        $seen[0].Id | Should -Be $container.Id
        $seen[0].ComputerName | Should -Be $container.ComputerName
    }

    It 'takes wildcards and the actions that are wanted' {
        (Watch-VirtEvent "$($container.Name.Substring(0, 12))*" -Action Exited -Since $before | Select-Object -First 1).Name | Should -BeExactly $container.Name
    }

    It 'shows what happens while it watches' {
        $shell = [powershell]::Create().AddScript({ param($module, $name, $since) Import-Module $module; Watch-VirtEvent $name -Action Removed -Since $since | Select-Object -First 1 })
        $watching = $shell.AddArgument((Get-Module Virt).Path).AddArgument($container.Name).AddArgument($before).BeginInvoke()
        $container | Remove-Container -Confirm:$false
        $watching.AsyncWaitHandle.WaitOne(60000) | Should -BeTrue
        $shell.EndInvoke($watching).Action | Should -Be 'Removed'
        $shell.Dispose()
    }

    It 'says how an operation ended' {
        Start-VM (New-TestName nobody) -ErrorAction SilentlyContinue
        $seen = Watch-VirtEvent -Kind Operation -Action Completed -Since $before | Select-Object -First 1
        $seen.Message | Should -Match '^container\.\w+ by '
    }
}
