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
