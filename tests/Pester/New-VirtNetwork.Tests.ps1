BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'New-VirtNetwork' {
    It 'chooses a free subnet' {
        $network = New-VirtNetwork (New-TestName a) -Labels @{ team = 'blue' }
        $network.Mode | Should -Be Bridge
        $network.Subnets | Should -BeLike '10.*/24'
        $network.Labels['team'] | Should -Be 'blue'
        (New-VirtNetwork (New-TestName b)).Subnets | Should -Not -Be $network.Subnets
    }

    It 'binds by property name' {
        $row = "Name,Mode,MtuBytes`n$(New-TestName csv),Isolated,1400" | ConvertFrom-Csv
        ($row | New-VirtNetwork).MtuBytes | Should -Be 1400
    }

    It 'makes nothing with -WhatIf' {
        New-VirtNetwork (New-TestName whatif) -WhatIf
        Get-VirtNetwork (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }

    It 'refuses a name that is taken, and one that is built in' {
        { New-VirtNetwork (New-TestName a) -ErrorAction Stop } | Should -Throw -ErrorId 'NetworkAlreadyExists*'
        { New-VirtNetwork host -ErrorAction Stop } | Should -Throw -ErrorId 'NetworkAlreadyExists*'
    }
}
