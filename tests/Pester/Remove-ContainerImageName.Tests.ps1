BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Remove-ContainerImageName' {
    BeforeAll {
        $folder = Join-Path ([System.IO.Path]::GetTempPath()) (New-TestName image)
        $null = New-Item -ItemType Directory -Path $folder/root
        Set-Content -Path $folder/root/greeting -Value 'hello'
        $null = New-ContainerImage (New-TestName a) -Path $folder/root -Command cat
        $null = New-ContainerImage (New-TestName b) -Path $folder/root -Command ls
    }

    AfterAll {
        Get-ContainerImage "localhost/$(New-TestName '*')" | Remove-ContainerImage -Force
        Remove-Item -Path $folder -Recurse -Force
    }

    It 'takes names by a wildcard, and the image stays' {
        Add-ContainerImageName (New-TestName a) "$(New-TestName c):1", "$(New-TestName c):2"
        Remove-ContainerImageName "localhost/$(New-TestName c):*" -WhatIf
        @(Get-ContainerImage "localhost/$(New-TestName c):*").Count | Should -Be 2
        Remove-ContainerImageName "localhost/$(New-TestName c):*"
        Get-ContainerImage "localhost/$(New-TestName c):*" | Should -BeNullOrEmpty
        Get-ContainerImage (New-TestName a) | Should -Not -BeNullOrEmpty
    }

    It 'leaves an image without a name, which is found by its digest' {
        $image = Get-ContainerImage (New-TestName b)
        $image | Remove-ContainerImageName
        $bare = Get-ContainerImage $image.Digest
        $bare.Tag | Should -BeNullOrEmpty
        { $bare | Remove-ContainerImageName -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerImageNameNotFound*'
        $bare | Rename-ContainerImage -NewName (New-TestName b)
    }

    It 'says that there is no such name' {
        { Remove-ContainerImageName (New-TestName none) -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerImageNotFound*'
    }
}
