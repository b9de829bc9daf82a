BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Unregister-PatchSchedule' {
    BeforeEach { $null = Register-PatchSchedule -Name (New-TestName a) -Cron '0 3 * * *' -VM 'no-such-*' -Force }
    AfterAll { Unregister-PatchSchedule (New-TestName '*') }

    It 'removes one by name' {
        Unregister-PatchSchedule (New-TestName a)
        Get-PatchSchedule (New-TestName '*') | Should -BeNullOrEmpty
    }

    It 'removes what comes through the pipeline' {
        Get-PatchSchedule (New-TestName a) | Unregister-PatchSchedule
        Get-PatchSchedule (New-TestName '*') | Should -BeNullOrEmpty
    }

    It 'removes nothing with -WhatIf' {
        Unregister-PatchSchedule (New-TestName a) -WhatIf
        Get-PatchSchedule (New-TestName a) | Should -HaveCount 1
    }

    It 'is an error for a name that does not exist' { { Unregister-PatchSchedule no-such -ErrorAction Stop } | Should -Throw -ErrorId 'PatchScheduleNotFound*' }
}
