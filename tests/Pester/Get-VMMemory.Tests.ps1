BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMMemory' {
    It 'shows what a machine is started with, what it has and what it can come to have' {
        $memory = Get-VM $vm.Name | Get-VMMemory
        $memory.VMName, $memory.StartupBytes, $memory.AssignedBytes, $memory.MaximumBytes, $memory.BackingPageSize | Should -Be $vm.Name, 192MB, 0, 0, Small
        $vm | Start-VM
        (Get-VMMemory -Id $vm.Id).AssignedBytes | Should -Be 192MB
    }
}
