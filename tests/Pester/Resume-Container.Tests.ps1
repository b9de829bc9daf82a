BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Resume-Container' {
    It 'lets one go on' {
        $container = Start-TestContainer goes
        Suspend-Container $container.Name
        (Resume-Container $container.Name -PassThru).State | Should -Be Running
        (Invoke-ContainerCommand $container.Name -- echo on).Output.Trim() | Should -Be on
    }
}
