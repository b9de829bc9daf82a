BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $lan = New-VirtNetwork (New-TestName lan)
    $dmz = New-VirtNetwork (New-TestName dmz)
    $web = Start-Container -Image starter -Name (New-TestName web) -Network $lan.Name -- sleep 600
}

AfterAll { Remove-TestWorkload }

Describe 'Add-ContainerNetworkAdapter' {
    It 'puts a container that runs into another network, where it has an address of its own' {
        $adapter = Add-ContainerNetworkAdapter $web.Name $dmz.Name -PassThru
        $adapter.Name, $adapter.Network, $adapter.ContainerName | Should -Be eth1, $dmz.Name, $web.Name
        (Get-Container $web.Name).Networks | Should -Be $lan.Name, $dmz.Name
        (Invoke-ContainerCommand $web.Name -- ip address show eth1).Output | Should -BeLike "*$($adapter.IPAddresses[0])*"
    }

    It 'refuses a network that it is in, and one that is not there' {
        Add-ContainerNetworkAdapter $web.Name $dmz.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'AlreadyInNetwork,*'
        $web | Add-ContainerNetworkAdapter -SwitchName nowhere -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'refuses a container without a network, and says what to do' {
        $alone = Start-TestContainer alone
        Add-ContainerNetworkAdapter -ContainerName $alone.Name -Network $dmz.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].ErrorDetails.RecommendedAction | Should -Be "Set-Container $($alone.Name) -Network $($dmz.Name)"
    }

    It 'does nothing with -WhatIf' {
        $other = New-VirtNetwork (New-TestName other)
        Add-ContainerNetworkAdapter $web.Name $other.Name -WhatIf
        (Get-Container $web.Name).Networks | Should -Not -Contain $other.Name
    }
}
