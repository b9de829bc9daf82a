BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru
}

AfterAll { Remove-TestWorkload }

Describe 'Copy-VMFile' {
    It 'copies a file in and out again, byte by byte' {
        [IO.File]::WriteAllBytes("$TestDrive/bytes", [byte[]](0..255))
        Copy-VMFile $vm.Name "$TestDrive/bytes" /root/new/ -CreateFullPath
        $vm | Copy-VMFile -SourcePath /root/new/bytes -DestinationPath "$TestDrive/back" -FromVM
        [IO.File]::ReadAllBytes("$TestDrive/back") | Should -Be (0..255)
    }

    It 'keeps a file that is there, unless it is told to' {
        'two' | Set-Content "$TestDrive/two" -NoNewline
        Invoke-VMCommand $vm.Name -- sh -c 'printf one > /root/there' | Out-Null
        Copy-VMFile $vm.Name "$TestDrive/two" /root/there -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileAlreadyExists*'
        (Invoke-VMCommand $vm.Name -- cat /root/there).Output | Should -Be 'one'
        Copy-VMFile $vm.Name "$TestDrive/two" /root/there -Force
        (Invoke-VMCommand $vm.Name -- cat /root/there).Output | Should -Be 'two'
        Copy-VMFile $vm.Name /root/there "$TestDrive/bytes" -FromVM -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileAlreadyExists*'
    }

    It 'copies a folder in and out again, with what is in it' {
        New-Item -ItemType Directory "$TestDrive/in/ü sub/empty" -Force | Out-Null
        [IO.File]::WriteAllBytes("$TestDrive/in/ü sub/bytes", [byte[]](0..255))
        New-Item -ItemType SymbolicLink "$TestDrive/in/link" -Target 'ü sub/bytes' | Out-Null
        Copy-VMFile $vm.Name "$TestDrive/in" /root
        (Invoke-VMCommand $vm.Name -- readlink /root/in/link).Output | Should -Be 'ü sub/bytes'
        Copy-VMFile $vm.Name /root/in "$TestDrive/out" -FromVM
        [IO.File]::ReadAllBytes("$TestDrive/out/link") | Should -Be (0..255)
        (Get-Item "$TestDrive/out/link").LinkType | Should -Be SymbolicLink
        Test-Path "$TestDrive/out/ü sub/empty" | Should -BeTrue
        Copy-VMFile $vm.Name "$TestDrive/in" /root -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FolderAlreadyExists*'
        Copy-VMFile $vm.Name "$TestDrive/in" /root -Force
        Copy-VMFile $vm.Name /root/in "$TestDrive/out" -FromVM -Force
    }

    It 'copies nothing with -WhatIf' {
        Copy-VMFile $vm.Name "$TestDrive/bytes" /root/nothing -WhatIf
        (Invoke-VMCommand $vm.Name -- ls /root/nothing).ExitCode | Should -Not -Be 0
    }

    It 'says what is not there' {
        Copy-VMFile $vm.Name /no/such/file "$TestDrive/x" -FromVM -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileNotFound*'
        Test-Path "$TestDrive/x" | Should -BeFalse
        Get-ChildItem $TestDrive -Force -Filter '.virt-copy-*' | Should -BeNullOrEmpty
    }
}
