BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Import-Container' {
    BeforeAll {
        $folder = Join-Path ([System.IO.Path]::GetTempPath()) (New-TestName import)
        $null = New-Item -ItemType Directory -Path $folder
        $source = Start-Container -Image starter -Name (New-TestName source) -Label @{ team = 'a' } -Command sleep, 600
        $null = Invoke-ContainerCommand $source.Name -- sh -c 'echo written >/note'
        Export-Container $source.Name $folder/web.tar
    }

    AfterAll {
        Remove-TestWorkload
        Get-ContainerImage localhost/starter:latest -ErrorAction SilentlyContinue | Remove-ContainerImage -Force
        Remove-Item -Path $folder -Recurse -Force
    }

    It 'makes a container with the same settings and files' {
        $made = Import-Container $folder/web.tar -Name (New-TestName made)
        $made.State | Should -Be Created
        $made.Id | Should -Not -Be $source.Id
        $made.Labels.team | Should -Be a
        $made | Start-Container
        (Invoke-ContainerCommand $made.Name -- cat /note).Output | Should -Match written
    }

    It 'takes another network and other volumes' {
        $null = New-VirtVolume (New-TestName data)
        $made = Import-Container $folder/web.tar -Name (New-TestName other) -Network none -Volume "$(New-TestName data):/data"
        $made.Network | Should -Be none
        $made.Volumes | Should -Be "$(New-TestName data):/data"
    }

    It 'warns of what the container gets of the host' {
        $null = Import-Container $folder/web.tar -Name (New-TestName warned) -Network host -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match "network is the host's"
    }

    It 'comes into the networks that are named' {
        $names = (New-TestName one), (New-TestName two)
        $null = $names | ForEach-Object { New-VirtNetwork $_ }
        (Import-Container $folder/web.tar -Name (New-TestName several) -Network $names).Networks | Should -Be $names
    }

    It 'refuses a name that is taken and an archive of images, and makes nothing with -WhatIf' {
        Import-Container $folder/web.tar -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ResourceExists
        Export-ContainerImage localhost/starter:latest -Path $folder/image.tar
        { Import-Container $folder/image.tar -ErrorAction Stop } | Should -Throw -ErrorId 'NotAContainerArchive*'
        Import-Container $folder/web.tar -Name (New-TestName whatif) -WhatIf
        Get-Container (New-TestName 'whatif*') | Should -BeNullOrEmpty
    }
}
