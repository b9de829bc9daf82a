BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Export-Container' {
    BeforeAll {
        $folder = Join-Path ([System.IO.Path]::GetTempPath()) (New-TestName export)
        $null = New-Item -ItemType Directory -Path $folder
        $source = Start-TestContainer source
        $null = Invoke-ContainerCommand $source.Name -- sh -c 'echo written >/note'
    }

    AfterAll { Remove-Item -Path $folder -Recurse -Force }

    It 'writes an archive that is an image too, and lets the container run on' {
        Get-Container $source.Name | Export-Container -Path $folder/web.tar
        $files = tar --list --file $folder/web.tar
        $files | Should -Contain 'virt-container.json'
        $files | Should -Contain 'oci-layout'
        (Get-Container $source.Name).State | Should -Be Running
    }

    It 'writes a folder, and the container with -PassThru' {
        (Export-Container $source.Name $folder/web -PassThru).Id | Should -Be $source.Id
        (Get-Content $folder/web/virt-container.json | ConvertFrom-Json).name | Should -Be $source.Name
    }

    It 'writes the files of its root alone with -Flat, of which an image can be made' {
        Export-Container $source.Name $folder/flat.tar -Flat
        $files = tar --list --file $folder/flat.tar
        $files | Should -Contain 'note'
        $files | Should -Not -Contain 'oci-layout'
        $image = New-ContainerImage (New-TestName flat) -Path $folder/flat.tar -Command cat, /note
        $image.Layers.Count | Should -Be 1
        Remove-ContainerImage $image.Name
        { Export-Container $source.Name $folder/flat -Flat -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidPath*'
    }

    It 'writes nothing with -WhatIf, and refuses a place that is taken' {
        Export-Container $source.Name $folder/none.tar -WhatIf
        Test-Path $folder/none.tar | Should -BeFalse
        { Export-Container $source.Name $folder -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveExists*'
    }
}
