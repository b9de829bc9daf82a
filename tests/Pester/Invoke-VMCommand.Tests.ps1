BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru
}

AfterAll { Remove-TestWorkload }

Describe 'Invoke-VMCommand' {
    It 'takes the rest of the line' {
        $result = Invoke-VMCommand $vm.Name -- uname -s
        $result.Output | Should -Be 'Linux'
        $result.ExitCode | Should -Be 0
        $result.Name | Should -Be $vm.Name
    }

    It 'takes objects' { ($vm | Invoke-VMCommand -- echo hello).Output | Should -Be 'hello' }
    It 'gives both streams' { (Invoke-VMCommand $vm.Name -- sh -c 'echo out; echo err >&2').ErrorOutput | Should -BeLike 'err*' }
    It 'has the exit code in the result' { (Invoke-VMCommand $vm.Name -- sh -c 'exit 3').ExitCode | Should -Be 3 }
    It 'runs as a user of the guest' { (Invoke-VMCommand -VMName $vm.Name -User nobody -- sh -c 'id -un; echo $USER').Output | Should -Be "nobody`nnobody" }

    It 'says so when the guest has no such user' {
        Invoke-VMCommand $vm.Name -User nobodi -ErrorVariable problem -ErrorAction SilentlyContinue -- true | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMUserNotFound*'
    }

    It 'runs a script of this machine' {
        $path = Join-Path $TestDrive 'my setup.sh'
        [IO.File]::WriteAllText($path, "#!/bin/sh -e`necho `"`$2 `$1`"; id -un; exit 4`n")
        $result = $vm | Invoke-VMCommand -FilePath $path -ArgumentList 'a  b', c -User nobody
        $result.Output | Should -Be "c a  b`nnobody"
        $result.ExitCode | Should -Be 4
        (Invoke-VMCommand $vm.Name -- ls /run /tmp).Output | Should -Not -BeLike '*virt-script*'
    }

    It 'says so when the guest has no PowerShell for a script block' {
        Invoke-VMCommand $vm.Name { Get-Date } -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'PowerShellNotFound*'
    }

    It 'takes no parameter that it has not for a command' {
        { Invoke-VMCommand $vm.Name -Usr nobody -- id } | Should -Throw -ErrorId 'NamedParameterNotFound*'
    }

    It 'gives standard input' { ('one', 'two' | Invoke-VMCommand $vm.Name -- wc -l).Output.Trim() | Should -Be '2' }

    It 'makes a failure an error where it is told to' {
        Invoke-VMCommand $vm.Name -ErrorOnNonZeroExit -ErrorVariable problem -ErrorAction SilentlyContinue -- sh -c 'exit 3' | Out-Null
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'CommandFailed*'
    }

    It 'says so when there is no such program' {
        $result = Invoke-VMCommand $vm.Name -ErrorVariable problem -ErrorAction SilentlyContinue -- no-such-program
        ($problem.Count -gt 0 -or $result.ExitCode -ne 0) | Should -BeTrue
    }
}
