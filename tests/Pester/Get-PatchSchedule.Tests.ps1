BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    'a', 'b' | ForEach-Object { $null = Register-PatchSchedule -Name (New-TestName $_) -Cron '0 3 * * *' -VM 'no-such-*' }
}

AfterAll { Unregister-PatchSchedule (New-TestName '*') }

Describe 'Get-PatchSchedule' {
    It 'gets one by name' { (Get-PatchSchedule (New-TestName a)).Cron | Should -Be '0 3 * * *' }
    It 'gets those of a pattern' { Get-PatchSchedule (New-TestName '*') | Should -HaveCount 2 }
    It 'reads an object anew' { (Get-PatchSchedule (New-TestName b) | Get-PatchSchedule).Name | Should -Be (New-TestName b) }
    It 'is an error for a name that does not exist' { { Get-PatchSchedule no-such -ErrorAction Stop } | Should -Throw -ErrorId 'PatchScheduleNotFound*' }

    It 'shows a table of seven columns' {
        $header = (Get-PatchSchedule (New-TestName a) | Out-String -Width 200).Trim().Split("`n")[0].Trim() -split '\s+'
        $header | Should -Be 'Name', 'Cron', 'TimeZone', 'Window', 'NextRun', 'Host', 'LastRun'
    }
}
