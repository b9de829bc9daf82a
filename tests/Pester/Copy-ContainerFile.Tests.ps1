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
