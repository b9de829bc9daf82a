BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMProcessor' {
    It 'shows count, model and topology' {
        $processor = Get-VM $vm.Name | Get-VMProcessor
        $processor.VMName, $processor.Count, $processor.Model, $processor.SocketCount | Should -Be $vm.Name, 1, Host, 1
        (Get-VMProcessor -Id $vm.Id).VMName | Should -Be $vm.Name
    }
}
