BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
    $network = New-VirtNetwork (New-TestName net)
}

AfterAll { Remove-TestWorkload }

Describe 'Add-VMNetworkAdapter' {
    It 'adds one in a network, with an address of its own' {
        $adapter = Add-VMNetworkAdapter $vm.Name $network.Name -PassThru
        $adapter.Name, $adapter.Network | Should -Be nic1, $network.Name
        $adapter.IPAddresses.Count | Should -Be 1
    }

    It 'adds one to a machine that runs, and says when no port is free' {
        $vm | Start-VM
        (Add-VMNetworkAdapter -VMName $vm.Name -PassThru).Name | Should -Be nic2
        Add-VMNetworkAdapter $vm.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*hot-plug ports*'
        $problem[0].ErrorDetails.RecommendedAction | Should -BeLike "*Set-VM $($vm.Name) -HotplugPortCount*"
    }

    It 'refuses a network that is not there' {
        Add-VMNetworkAdapter $vm.Name nowhere -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -BeIn ObjectNotFound, InvalidOperation
    }
}
