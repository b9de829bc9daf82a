BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Get-ContainerImage' {
    It 'has the starter image' { (Get-ContainerImage starter).Name | Should -Be 'starter' }
    It 'gets those of a pattern' { (Get-ContainerImage 'start*').Name | Should -Contain 'starter' }

    It 'names the nearest when a name does not exist' {
        Get-ContainerImage startre -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        "$($problem[0])" | Should -BeLike '*starter*'
    }
}
