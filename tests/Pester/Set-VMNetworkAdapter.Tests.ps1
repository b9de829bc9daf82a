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

    It 'refuses what is no hardware address, and a machine that runs' {
        Set-VMNetworkAdapter $vm.Name nic0 -MacAddress x -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidArgument
        $vm | Start-VM
        Set-VMNetworkAdapter $vm.Name nic0 -Model Virtio -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*Stopped*required*'
    }
}
