BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Set-VMNetworkAdapter' {
    It 'changes what the guest sees' {
        $set = Get-VMNetworkAdapter $vm.Name | Set-VMNetworkAdapter -Model E1000 -MacAddress 52:54:00:AA:bb:01 -PassThru
        $set.Model, $set.MacAddress | Should -Be E1000, 52:54:00:aa:bb:01
        (Get-VM $vm.Name).MacAddress | Should -Be 52:54:00:aa:bb:01
    }

    It 'takes an adapter into another network, and knows Hyper-V''s forms of hardware addresses' {
        (Set-VMNetworkAdapter $vm.Name nic0 -SwitchName user -PassThru).Network | Should -Be user
        (Set-VMNetworkAdapter $vm.Name nic0 -SwitchName isolated -MacAddress 525400AABB05 -PassThru).MacAddress | Should -Be 52:54:00:aa:bb:05
        (Set-VMNetworkAdapter $vm.Name nic0 -MacAddress 52-54-00-AA-BB-06 -PassThru).MacAddress | Should -Be 52:54:00:aa:bb:06
        Set-VMNetworkAdapter $vm.Name nic0 -IPAddress 10.1.2.3 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'InvalidIPAddress,*'
    }

    It 'gives one hardware address to one adapter' {
        Add-VMNetworkAdapter $vm.Name
        Set-VMNetworkAdapter $vm.Name * -MacAddress 525400AABB07 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'MacAddressOfSeveral,*'
        (Get-VMNetworkAdapter $vm.Name).MacAddress | Should -Not -Contain '52:54:00:aa:bb:07'
        Set-VMNetworkAdapter $vm.Name nic1 -MacAddress (Get-VM $vm.Name).MacAddress -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'MacAddressInUse,*'
        Remove-VMNetworkAdapter $vm.Name nic1
    }

    It 'refuses what is no hardware address, and a machine that runs' {
        Set-VMNetworkAdapter $vm.Name nic0 -MacAddress x -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidArgument
        $vm | Start-VM
        Set-VMNetworkAdapter $vm.Name nic0 -Model Virtio -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*Stopped*required*'
    }
}
