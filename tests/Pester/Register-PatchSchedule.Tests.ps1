BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $name = New-TestName nightly
}

Describe 'Register-PatchSchedule' {
    AfterEach { Unregister-PatchSchedule (New-TestName '*') }

    It 'makes a schedule that knows when it runs next' {
        $made = Register-PatchSchedule -Name $name -Cron '0 3 * * SUN' -TimeZone Europe/Berlin -Window 4h -VM 'no-such-*' -MissedRun RunOnce
        $made.NextRunTime.ToUniversalTime().Hour | Should -BeIn 1, 2
        $made.NextRunTime.DayOfWeek | Should -Be Sunday
        $made.Window | Should -Be ([timespan] '04:00:00')
        $made.LastRunTime | Should -BeNullOrEmpty
    }

    It 'replaces one only with -Force' {
        $null = Register-PatchSchedule -Name $name -Cron '0 3 * * *' -VM 'no-such-*'
        { Register-PatchSchedule -Name $name -Cron '0 4 * * *' -VM 'no-such-*' -ErrorAction Stop } | Should -Throw -ErrorId 'PatchScheduleAlreadyExists*'
        (Register-PatchSchedule -Name $name -Cron '0 4 * * *' -VM 'no-such-*' -Force).Cron | Should -Be '0 4 * * *'
    }

    It 'makes nothing with -WhatIf' {
        Register-PatchSchedule -Name $name -Cron '0 3 * * *' -VM 'no-such-*' -WhatIf
        Get-PatchSchedule (New-TestName '*') | Should -BeNullOrEmpty
    }

    It 'names what is wrong' {
        { Register-PatchSchedule -Name $name -Cron 'daily' -VM a -ErrorAction Stop } | Should -Throw -ErrorId 'BadCron*'
        { Register-PatchSchedule -Name $name -Cron '0 3 * * *' -TimeZone Europe/Atlantis -VM a -ErrorAction Stop } | Should -Throw -ErrorId 'TimeZoneNotFound*'
        { Register-PatchSchedule -Name $name -Cron '0 3 * * *' -Window 30d -VM a -ErrorAction Stop } | Should -Throw -ErrorId 'BadWindow*'
        { Register-PatchSchedule -Name $name -Cron '0 3 * * *' -Window soon -VM a } | Should -Throw '*90m*'
    }
}
