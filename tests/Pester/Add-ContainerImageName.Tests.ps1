BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Add-ContainerImageName' {
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

    It 'gives one that is piped in two further names, and with -WhatIf none' {
        $image = Get-ContainerImage (New-TestName a)
        $image | Add-ContainerImageName -NewName (New-TestName c) -WhatIf
        Get-ContainerImage "localhost/$(New-TestName c)*" | Should -BeNullOrEmpty
        $named = $image | Add-ContainerImageName -NewName (New-TestName c), "$(New-TestName c):2" -PassThru
        $named.Name | Should -Be "localhost/$(New-TestName c):latest", "localhost/$(New-TestName c):2"
        $named.Digest | Should -Be $image.Digest, $image.Digest
    }

    It 'leaves the other name when one is removed' {
        Remove-ContainerImage "$(New-TestName c):2"
        (Get-ContainerImage (New-TestName c)).Digest | Should -Be (Get-ContainerImage (New-TestName a)).Digest
    }

    It 'refuses a name that another image has, but by force' {
        { Add-ContainerImageName (New-TestName a) (New-TestName b) -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerImageNameTaken*'
        (Add-ContainerImageName (New-TestName a) (New-TestName b) -Force -PassThru).Command | Should -Be 'cat'
    }

    It 'refuses what is no name, and an image that is not there' {
        { Add-ContainerImageName (New-TestName a) 'No Name' -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidImageName*'
        { Add-ContainerImageName (New-TestName none) (New-TestName x) -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerImageNotFound*'
    }
}
