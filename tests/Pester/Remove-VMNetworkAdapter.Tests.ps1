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

    It 'leaves the one that a machine was made with' {
        Remove-VMNetworkAdapter $vm.Name nic0 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidArgument
    }
}
