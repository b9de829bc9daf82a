BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Set-VirtNetwork' {
    BeforeAll { $null = New-VirtNetwork (New-TestName a) }

    It 'changes what it is told, and writes it with -PassThru' {
        $network = Get-VirtNetwork (New-TestName a) | Set-VirtNetwork -Mode Isolated -MtuBytes 1400 -PassThru
        $network.Mode, $network.MtuBytes | Should -Be 'Isolated', 1400
        Set-VirtNetwork (New-TestName a) -Labels @{ a = 'b' } | Should -BeNullOrEmpty
        (Get-VirtNetwork (New-TestName a)).MtuBytes | Should -Be 1400
    }

    It 'changes nothing with -WhatIf' {
        Set-VirtNetwork (New-TestName a) -MtuBytes 1300 -WhatIf
        (Get-VirtNetwork (New-TestName a)).MtuBytes | Should -Be 1400
    }

    It 'refuses what is built in' { { Set-VirtNetwork host -MtuBytes 1400 -ErrorAction Stop } | Should -Throw -ErrorId 'NetworkBuiltIn*' }
}
