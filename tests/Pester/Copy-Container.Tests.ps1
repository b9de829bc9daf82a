BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Copy-Container' {
    BeforeAll {
        $source = Start-TestContainer source
        $null = Invoke-ContainerCommand $source.Name -- sh -c 'echo written >/note'
    }

    It 'makes another with what the one has written' {
        $copy = Copy-Container $source.Name (New-TestName copy) -Start
        $copy.State | Should -Be Running
        $copy.Id | Should -Not -Be $source.Id
        $copy.HostName | Should -Be $copy.Name
        $copy.Command | Should -Be $source.Command
        (Invoke-ContainerCommand $copy.Name -- cat /note).Output | Should -Match written
        (Get-Container $source.Name).State | Should -Be Running
    }

    It 'leaves the two apart' {
        $copy = Get-Container $source.Name | Copy-Container -NewName (New-TestName apart) -Start
        $null = Invoke-ContainerCommand $copy.Name -- sh -c 'echo other >/note'
        (Invoke-ContainerCommand $source.Name -- cat /note).Output | Should -Match written
    }

    It 'does not double published ports, and says so' {
        $null = New-VirtNetwork (New-TestName lan)
        $served = Start-Container -Image starter -Name (New-TestName served) -Network (New-TestName lan) -Publish '127.0.0.1:18080:80' -- sleep 600
        $copy = Copy-Container $served.Name (New-TestName served2) -WarningVariable warned -WarningAction SilentlyContinue
        $copy.Ports | Should -BeNullOrEmpty
        $copy.IPAddresses | Should -Not -Be $served.IPAddresses
        "$warned" | Should -Match 18080
    }

    It 'refuses a name that is taken, and makes nothing with -WhatIf' {
        Copy-Container $source.Name $source.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ResourceExists
        Copy-Container $source.Name (New-TestName whatif) -WhatIf
        Get-Container (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }
}
