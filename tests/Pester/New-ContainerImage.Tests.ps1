BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'New-ContainerImage' {
    BeforeAll {
        $folder = Join-Path ([System.IO.Path]::GetTempPath()) (New-TestName image)
        $null = New-Item -ItemType Directory -Path $folder/root
        Set-Content -Path $folder/root/greeting -Value 'hello'
    }

    AfterAll {
        Get-ContainerImage "localhost/$(New-TestName '*')" | Remove-ContainerImage -Force
        Remove-Item -Path $folder -Recurse -Force
    }

    It 'makes an image of a folder' {
        $image = New-ContainerImage (New-TestName folder) -Path $folder/root -Command cat, /greeting -Labels @{ team = 'a' } -Environment @{ A = 1 }
        $image.Name | Should -Be "localhost/$(New-TestName folder):latest"
        $image.Labels.team | Should -Be 'a'
        $image.Environment.A | Should -Be '1'
        $image.Command | Should -Be 'cat', '/greeting'
    }

    It 'makes one of what a container has changed' {
        $null = Start-Container -Name (New-TestName draft) -Image starter -- sleep 600
        $null = Invoke-ContainerCommand (New-TestName draft) -- sh -c 'echo changed > /greeting'
        $null = New-ContainerImage (New-TestName commit) -Container (New-TestName draft) -Command cat, /greeting
        $null = Start-Container -Name (New-TestName copy) -Image (New-TestName commit)
        $null = Wait-Container (New-TestName copy) -For Stopped
        (Get-ContainerLog (New-TestName copy)).Line | Should -Be 'changed'
    }

    It 'with -WhatIf makes nothing and refuses what would fail' {
        New-ContainerImage (New-TestName none) -Path $folder/root -WhatIf
        Get-ContainerImage "localhost/$(New-TestName none)*" | Should -BeNullOrEmpty
        { New-ContainerImage (New-TestName none) -Path $folder/missing -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveNotFound*'
    }

    It 'refuses a name that is none, and says which would be' {
        { New-ContainerImage 'No Name' -Path $folder/root -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidImageName*'
    }

    It 'says of a distribution what its mirrors have not, and leaves nothing' {
        $name = New-TestName distribution
        { New-ContainerImage $name -Distribution bookworm -Mirror 'http://127.0.0.1:9/debian' -Component main -ErrorAction Stop } | Should -Throw -ErrorId 'MirrorNotReachable,*'
        { New-ContainerImage $name -Distribution bookworm -Component contrib -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidImageSource,*'
        { New-ContainerImage $name -Distribution bookworm -Mirror 'ftp://mirror' -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidMirror,*'
        Get-ContainerImage "localhost/$name*" | Should -BeNullOrEmpty
    }
}
