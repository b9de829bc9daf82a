BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Remove-ContainerImage' {
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

    It 'refuses one that a container was made from, but by force' {
        $null = New-Container (New-TestName user) -Image (New-TestName a)
        { Remove-ContainerImage (New-TestName a) -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerImageInUse*'
        Remove-Container (New-TestName user) -Force
    }

    It 'removes one that is piped in, and with -WhatIf none' {
        Get-ContainerImage "localhost/$(New-TestName a):latest" | Remove-ContainerImage -WhatIf
        Get-ContainerImage "localhost/$(New-TestName a):latest" | Remove-ContainerImage
        Get-ContainerImage "localhost/$(New-TestName a)*" | Should -BeNullOrEmpty
    }

    It 'leaves the folders of the host alone' {
        { Remove-ContainerImage starter -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerImageIsFolder*'
    }
}
