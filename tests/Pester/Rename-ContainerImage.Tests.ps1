BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Rename-ContainerImage' {
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

    It 'gives another name to the same image' {
        $image = Get-ContainerImage (New-TestName a)
        $renamed = $image | Rename-ContainerImage -NewName (New-TestName c) -PassThru
        $renamed.Id | Should -Be $image.Id
        $renamed.Name | Should -Be "localhost/$(New-TestName c):latest"
        Get-ContainerImage "localhost/$(New-TestName a)*" | Should -BeNullOrEmpty
    }

    It 'says that an object is stale' {
        { [Virt.ContainerImage]@{ Name = "localhost/$(New-TestName a):latest"; Id = (Get-ContainerImage (New-TestName c)).Id } | Rename-ContainerImage -NewName (New-TestName d) -ErrorAction Stop } |
            Should -Throw -ErrorId 'ContainerImageNameNotFound*'
    }

    It 'refuses a name that another image has, but by force' {
        Rename-ContainerImage (New-TestName c) (New-TestName b) -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ResourceExists
        (Rename-ContainerImage (New-TestName c) (New-TestName b) -Force -PassThru).Command | Should -Be 'cat'
    }
}
