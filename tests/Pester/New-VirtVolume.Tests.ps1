BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'New-VirtVolume' {
    BeforeAll { $null = New-VirtVolume (New-TestName a) }

    It 'makes an empty one' { Get-ChildItem (Get-VirtVolume (New-TestName a)).Path | Should -BeNullOrEmpty }
    It 'refuses a name that is taken' { { New-VirtVolume (New-TestName a) -ErrorAction Stop } | Should -Throw -ErrorId 'VolumeAlreadyExists*' }

    It 'binds by property name' {
        $row = "Name,Labels`n$(New-TestName csv),team=blue" | ConvertFrom-Csv
        ($row | New-VirtVolume).Labels['team'] | Should -Be blue
    }

    It 'makes nothing with -WhatIf' {
        New-VirtVolume (New-TestName whatif) -WhatIf
        Get-VirtVolume (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }
}
