BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $lan = New-VirtNetwork (New-TestName lan)
    $dmz = New-VirtNetwork (New-TestName dmz)
    $web = Start-Container -Image starter -Name (New-TestName web) -Network $lan.Name, $dmz.Name -- sleep 600
}

AfterAll { Remove-TestWorkload }

Describe 'Get-ContainerNetworkAdapter' {
    It 'shows the adapters of a container in their order' {
        $adapters = $web | Get-ContainerNetworkAdapter
        $adapters.Name | Should -Be eth0, eth1
        $adapters.Network | Should -Be $lan.Name, $dmz.Name
        $adapters.IPAddresses | Should -Be $web.IPAddresses
    }

    It 'finds one again by its id, and by its name' {
        $adapter = Get-ContainerNetworkAdapter $web.Name eth1
        (Get-ContainerNetworkAdapter -Id $adapter.Id).Network | Should -Be $dmz.Name
    }

    It 'says that there is none of a name' {
        Get-ContainerNetworkAdapter $web.Name eth7 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        Get-ContainerNetworkAdapter $web.Name 'x*' | Should -BeNullOrEmpty
    }
}
