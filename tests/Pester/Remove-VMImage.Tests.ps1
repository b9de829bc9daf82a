BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Remove-VMImage' {
    It 'refuses an image of a folder that is not the agent''s own' {
        { Remove-VMImage starter -ErrorAction Stop } | Should -Throw -ErrorId 'VMImageNotOwn,*'
        (Get-VMImage starter).Name | Should -Be starter
    }

    It 'checks with -WhatIf' { { Remove-VMImage starter -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'VMImageNotOwn,*' }
    It 'takes images from the pipeline' { { Get-VMImage starter | Remove-VMImage -ErrorAction Stop } | Should -Throw -ErrorId 'VMImageNotOwn,*' }

    It 'names the nearest when a name does not exist' {
        Remove-VMImage startre -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        "$($problem[0])" | Should -BeLike '*starter*'
    }
}
