BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-VM (New-TestName keys) -MemoryStartupBytes 32MB -Generation 1 -NoVHD | Start-VM -PassThru
}

AfterAll { Remove-TestWorkload }

Describe 'Send-VMKey' {
    It 'presses keys and types' { { $vm | Send-VMKey -Key ctrl-alt-f2, enter -Text "Hi!`n" -ErrorAction Stop } | Should -Not -Throw }

    It 'says which is no key' {
        Send-VMKey $vm.Name ctrl-nokey -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'UnknownKey*'
    }

    It 'says that it was given nothing to press' {
        { Send-VMKey $vm.Name } | Should -Throw -ErrorId 'NoKey,*'
    }
}
