BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Enter-Container' {
    It 'runs a program at a terminal and leaves its exit code' {
        $container = Start-TestContainer tty
        Enter-Container $container.Name -Command sh, -c, 'tty >/tty; exit 3'
        $LASTEXITCODE | Should -Be 3
        (Invoke-ContainerCommand $container.Name -- cat /tty).Output.Trim() | Should -Be /dev/pts/0
    }

    It 'says so when it does not run' {
        $container = New-Container (New-TestName idle2) -Image starter -Command sleep, 600
        Enter-Container $container.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
    }
}
