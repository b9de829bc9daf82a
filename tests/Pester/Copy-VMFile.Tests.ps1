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
