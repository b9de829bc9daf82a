BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Optimize-ContainerImage' {
    BeforeAll {
        $folder = Join-Path ([System.IO.Path]::GetTempPath()) (New-TestName image)
        $null = New-Item -ItemType Directory -Path $folder/root
        Set-Content -Path $folder/root/greeting -Value 'hello'
        $null = New-ContainerImage (New-TestName a) -Path $folder/root -Command cat
    }

    AfterAll {
        Get-ContainerImage "localhost/$(New-TestName '*')" | Remove-ContainerImage -Force
        Remove-Item -Path $folder -Recurse -Force
    }

    It 'with -WhatIf says what would go' {
        (Optimize-ContainerImage -WhatIf).Images | Should -Contain "localhost/$(New-TestName a):latest"
        Get-ContainerImage "localhost/$(New-TestName a):latest" | Should -Not -BeNullOrEmpty
    }

    It 'keeps what was used lately' {
        (Optimize-ContainerImage -OlderThan 1.00:00:00).Images | Should -Not -Contain "localhost/$(New-TestName a):latest"
    }

    It 'removes images that have lost their name' {
        Set-Content -Path $folder/root/greeting -Value 'newer'
        $null = New-ContainerImage (New-TestName a) -Path $folder/root -Command cat
        @((Optimize-ContainerImage -Unnamed).Images).Length | Should -BeGreaterOrEqual 1
        Get-ContainerImage "localhost/$(New-TestName a):latest" | Should -Not -BeNullOrEmpty
    }

    It 'takes days, and no number without a unit' {
        (Optimize-ContainerImage -OlderThan 30d -WhatIf).Images | Should -Not -Contain "localhost/$(New-TestName a):latest"
        { Optimize-ContainerImage -OlderThan 30 -WhatIf } | Should -Throw '*30d*'
    }
}
