BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Remove-VMNetworkAdapter' {
    It 'takes one out' {
        Add-VMNetworkAdapter $vm.Name
        Get-VMNetworkAdapter $vm.Name nic1 | Remove-VMNetworkAdapter
        (Get-VMNetworkAdapter $vm.Name).Name | Should -Be nic0
    }

    It 'takes the one out that a machine was made with, while it is off' {
        $vm | Start-VM
        Remove-VMNetworkAdapter $vm.Name nic0 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NeedsStop,*'
        $vm | Stop-VM -TurnOff
        Remove-VMNetworkAdapter $vm.Name nic0
        Get-VMNetworkAdapter $vm.Name | Should -BeNullOrEmpty
    }
}
