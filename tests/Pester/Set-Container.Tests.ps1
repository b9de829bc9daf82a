BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Set-Container' {
    It 'changes limits while it runs' {
        $container = Start-TestContainer limits
        $changed = Set-Container $container.Name -MemoryBytes 64MB -CpuCount 0.5 -PassThru
        $changed.MemoryLimitBytes | Should -Be 64MB
        $changed.ProcessId | Should -Be $container.ProcessId
    }

    It 'takes a limit away with 0' { (Set-Container (New-TestName limits) -MemoryBytes 0 -PassThru).MemoryLimitBytes | Should -BeNullOrEmpty }

    It 'starts it anew for the rest, and says so' {
        $container = Get-Container (New-TestName limits)
        $changed = Set-Container $container.Name -Environment @{ A = 'b' } -StopTimeoutSeconds 1 -PassThru -WarningVariable said -WarningAction SilentlyContinue
        $changed.ProcessId | Should -Not -Be $container.ProcessId
        $said[0].Message | Should -BeLike '*started anew*'
        (Invoke-ContainerCommand $container.Name -- sh -c 'echo $A').Output.Trim() | Should -Be b
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

    It 'binds by property name' {
        "Name,ProcessCount`n$(New-TestName limits),50" | ConvertFrom-Csv | ForEach-Object { Set-Container $_.Name -ProcessCount $_.ProcessCount }
        (Get-Container (New-TestName limits)).ProcessCountLimit | Should -Be 50
    }
}
