BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Import-ContainerImage' {
    BeforeAll {
        $folder = Join-Path ([System.IO.Path]::GetTempPath()) (New-TestName image)
        $null = New-Item -ItemType Directory -Path $folder/root
        Set-Content -Path $folder/root/greeting -Value 'hello'
        $null = New-ContainerImage (New-TestName a) -Path $folder/root -Command cat
        Export-ContainerImage (New-TestName a) -Path $folder/a.tar
    }

    AfterAll {
        Get-ContainerImage "localhost/$(New-TestName '*')" | Remove-ContainerImage -Force
        Remove-Item -Path $folder -Recurse -Force
    }

    It 'takes in an archive by the name that it says' { (Import-ContainerImage -Path $folder/a.tar).Name | Should -Be "localhost/$(New-TestName a):latest" }

    It 'takes it in by another name' { (Import-ContainerImage $folder/a.tar "$(New-TestName b):2").Tag | Should -Be '2' }

    It 'refuses what is no archive' {
        { Import-ContainerImage $folder/root/greeting -ErrorAction Stop } | Should -Throw -ErrorId 'ImageArchiveDamaged*'
    }

    It 'refuses an archive of another platform' {
        { Import-ContainerImage $folder/a.tar -Platform linux/riscv64 -ErrorAction Stop } | Should -Throw -ErrorId 'ImagePlatformMissing*'
    }

    It 'is found by a pattern of its short name' { (Get-ContainerImage "$(New-TestName a):lat*").Name | Should -Be "localhost/$(New-TestName a):latest" }
}
