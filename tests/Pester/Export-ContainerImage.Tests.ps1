BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Export-ContainerImage' {
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

    It 'writes an archive that docker load reads' {
        Get-ContainerImage "localhost/$(New-TestName a):latest" | Export-ContainerImage -Path $folder/docker.tar -Format Docker
        tar --list --file $folder/docker.tar | Should -Contain 'manifest.json'
    }

    It 'writes a folder that is an OCI layout' {
        Export-ContainerImage (New-TestName a) $folder/layout
        Get-Content $folder/layout/oci-layout | Should -BeLike '*imageLayoutVersion*1.0.0*'
    }

    It 'compresses the layers anew, or the archive' {
        Export-ContainerImage (New-TestName a) $folder/zstd -Compression Zstd
        Get-ChildItem $folder/zstd/blobs/sha256 | Get-Content -Raw | Where-Object { $_ -like '*zstd"*' } | Should -Not -BeNullOrEmpty
        Export-ContainerImage (New-TestName a) $folder/docker.tar.zst -Format Docker
        (Import-ContainerImage $folder/docker.tar.zst).Name | Should -Be "localhost/$(New-TestName a):latest"
        { Export-ContainerImage (New-TestName a) $folder/y.tar -Format Docker -Compression Zstd -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidCompression*'
    }

    It 'writes an image that is a folder as one layer' {
        Export-ContainerImage starter $folder/starter.tar
        tar --list --file $folder/starter.tar | Should -Contain 'oci-layout'
    }

    It 'refuses a form that it does not write' {
        { Export-ContainerImage (New-TestName a) $folder/x.zip -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveFormUnknown*'
        Test-Path $folder/x.zip | Should -BeFalse
    }

    It 'refuses a place that is taken, and an image that is not there' {
        { Export-ContainerImage (New-TestName a) $folder/root -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveExists*'
        { Export-ContainerImage (New-TestName none) $folder/x.tar -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerImageNotFound*'
    }
}
