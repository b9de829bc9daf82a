BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $lan = New-VirtNetwork (New-TestName lan)
    $dmz = New-VirtNetwork (New-TestName dmz)
    $web = Start-Container -Image starter -Name (New-TestName web) -Network $lan.Name, $dmz.Name -- sleep 600
}

AfterAll { Remove-TestWorkload }

Describe 'Remove-ContainerNetworkAdapter' {
    It 'takes a container that runs out of a network, which is free then' {
        Remove-VirtNetwork $dmz.Name -Confirm:$false -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NetworkInUse,*'
        Get-ContainerNetworkAdapter $web.Name eth1 | Remove-ContainerNetworkAdapter
        (Get-Container $web.Name).Networks | Should -Be $lan.Name
        Remove-VirtNetwork $dmz.Name -Confirm:$false
    }

    It 'keeps the first one, and says how to change it' {
        Remove-ContainerNetworkAdapter $web.Name eth0 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FirstAdapter,*'
        $problem[0].ErrorDetails.RecommendedAction | Should -Be "Set-Container $($web.Name) -Network none"
    }
}
