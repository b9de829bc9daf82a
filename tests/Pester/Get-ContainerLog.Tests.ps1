BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $container = Start-TestContainer log @('sh', '-c', 'for i in 1 2 3; do echo line $i; done; echo oops >&2')
    $container | Wait-Container -TimeoutSeconds 20
}

AfterAll { Remove-TestWorkload }

Describe 'Get-ContainerLog' {
    It 'gives every line' { (Get-ContainerLog $container.Name | Where-Object Stream -EQ Stdout).Line | Should -Be 'line 1', 'line 2', 'line 3' }
    It 'tells the streams apart' { (Get-ContainerLog $container.Name | Where-Object Stream -EQ Stderr).Line | Should -Be 'oops' }
    It 'gives the last lines' { $container | Get-ContainerLog -Tail 2 | Should -HaveCount 2 }
    It 'gives what was written since so long ago' {
        Get-ContainerLog $container.Name -Since 1h30m | Should -HaveCount 4
        { Get-ContainerLog $container.Name -Since 5 } | Should -Throw '*has no unit*'
    }

    It 'counts a last line that was not ended' {
        $open = Start-TestContainer open @('sh', '-c', 'printf "one\ntwo\nthree"')
        $open | Wait-Container -TimeoutSeconds 20
        (Get-ContainerLog $open.Name -Tail 1).Line | Should -Be three
        (Get-ContainerLog $open.Name -Tail 2).Line | Should -Be two, three
    }

    It 'gives nothing of the future' { Get-ContainerLog $container.Name -Since ([DateTimeOffset]::Now.AddHours(1)) | Should -BeNullOrEmpty }

    It 'follows until the container ends' {
        $slow = Start-TestContainer slow @('sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.2; done')
        ($slow | Get-ContainerLog -Follow).Line | Should -Be '1', '2', '3'
    }
}
