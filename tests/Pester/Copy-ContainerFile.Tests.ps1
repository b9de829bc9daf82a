BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Copy-ContainerFile' {
    It 'copies a folder in and out again, byte by byte' {
        $container = Start-TestContainer copy
        $folder = New-Item -ItemType Directory "$TestDrive/in/sub" -Force
        [IO.File]::WriteAllBytes("$folder/bytes", [byte[]](0..255))
        Copy-ContainerFile $container.Name "$TestDrive/in" /srv
        Copy-ContainerFile $container.Name /srv/in "$TestDrive/out" -FromContainer
        [IO.File]::ReadAllBytes("$TestDrive/out/sub/bytes") | Should -Be (0..255)
    }

    It 'copies nothing with -WhatIf' {
        Copy-ContainerFile (New-TestName copy) "$TestDrive/in" /nowhere -WhatIf
        (Invoke-ContainerCommand (New-TestName copy) -- ls /nowhere).ExitCode | Should -Not -Be 0
    }

    It 'takes source and destination alone where the container comes from the pipeline' {
        Get-Container (New-TestName copy) | Copy-ContainerFile "$TestDrive/in" /tmp
        (Invoke-ContainerCommand (New-TestName copy) -- ls /tmp/in/sub).Output.Trim() | Should -Be bytes
    }

    It 'makes no file of a folder that is not there' {
        foreach ($case in @{ From = "$TestDrive/in/sub/bytes"; To = '/srv/no/' }, @{ From = '/etc/hostname'; To = "$TestDrive/no/"; FromContainer = $true }) {
            Copy-ContainerFile (New-TestName copy) $case.From $case.To -FromContainer:([bool]$case.FromContainer) -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem[0].Exception.Message | Should -BeLike '*no folder*no/*'
        }

        Test-Path "$TestDrive/no" | Should -BeFalse
    }

    It 'says what it leaves out' {
        $container = Start-TestContainer pipes @('sh', '-c', 'mkdir /d; mkfifo /d/p; exec sleep 600')
        while ((Invoke-ContainerCommand $container.Name -- test -p /d/p).ExitCode -ne 0) { Start-Sleep -Milliseconds 20 }
        Copy-ContainerFile $container.Name /d "$TestDrive/d" -FromContainer -WarningVariable said -WarningAction SilentlyContinue
        $said[0].Message | Should -BeLike "*'d/p' (pipe)*"
    }

    It 'says what is not there' {
        Copy-ContainerFile (New-TestName copy) /no/such/file "$TestDrive/x" -FromContainer -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileNotFound*'
    }

    It 'writes no file of one container over that of another' {
        $other = Start-TestContainer other
        { (New-TestName copy), $other.Name | Copy-ContainerFile -FromContainer -SourcePath /etc/hostname -DestinationPath "$TestDrive/hn" } | Should -Throw -ErrorId 'SeveralObjects*'
        Test-Path "$TestDrive/hn" | Should -BeFalse
    }
}
