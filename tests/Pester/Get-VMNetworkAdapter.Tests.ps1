BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMNetworkAdapter' {
    It 'shows the adapter that a machine was made with' {
        $adapter = Get-VM $vm.Name | Get-VMNetworkAdapter
        $adapter.Name, $adapter.Model, $adapter.MacAddress, $adapter.Network | Should -Be nic0, Virtio, $vm.MacAddress, isolated
    }

    It 'finds it again by its id' {
        (Get-VMNetworkAdapter -Id (Get-VMNetworkAdapter $vm.Name nic0).Id).VMName | Should -Be $vm.Name
    }
}
