BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $container = Start-TestContainer
}

AfterAll { Remove-TestWorkload }

Describe 'Invoke-ContainerCommand' {
    It 'takes the rest of the line' { (Invoke-ContainerCommand $container.Name -- cat /proc/1/comm).Output | Should -Be 'sleep' }
    It 'takes objects' { ($container | Invoke-ContainerCommand -- echo hello).Output | Should -Be 'hello' }
    It 'gives both streams' { (Invoke-ContainerCommand $container.Name -- sh -c 'echo out; echo err >&2').ErrorOutput.Trim() | Should -Be 'err' }
    It 'has the exit code in the result' { (Invoke-ContainerCommand $container.Name -- sh -c 'exit 3').ExitCode | Should -Be 3 }
    It 'gives lines as standard input' { ('one', 'two' | Invoke-ContainerCommand $container.Name -- wc -l).Output.Trim() | Should -Be '2' }

    It 'gives bytes as they are' {
        $bytes = [byte[]](0..255)
        (Invoke-ContainerCommand $container.Name -Input $bytes -- cat).OutputBytes | Should -Be $bytes
    }

    It 'sets variables' { (Invoke-ContainerCommand $container.Name -Environment @{ A = 'b' } -- sh -c 'echo $A').Output | Should -Be 'b' }

    It 'takes no parameter that it has not for a command' {
        { Invoke-ContainerCommand $container.Name -Usr nobody -- id } | Should -Throw -ErrorId 'NamedParameterNotFound*'
    }

    It 'runs nothing in a container that does not exist' {
        Invoke-ContainerCommand ($container.Name + 'x') -ErrorVariable problem -ErrorAction SilentlyContinue -- true | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ContainerNotFound*'
    }
}
