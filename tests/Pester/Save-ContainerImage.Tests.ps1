BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Save-ContainerImage' {
    It 'gets an image and writes nothing' { Save-ContainerImage $env:VIRT_TEST_REGISTRY/team/app:1 | Should -BeNullOrEmpty }
    It 'writes it with -PassThru' { (Save-ContainerImage $env:VIRT_TEST_REGISTRY/team/app:1 -PassThru).Name | Should -Be "$env:VIRT_TEST_REGISTRY/team/app:1" }
    It 'gets an image of docker.io from a mirror' { (Save-ContainerImage debian:12 -PassThru).Name | Should -Be 'debian:12' }

    It 'takes names from the pipeline' {
        ("$env:VIRT_TEST_REGISTRY/team/app:1", 'debian:12' | Save-ContainerImage -PassThru).Name | Should -HaveCount 2
    }

    It 'says what there is instead of a tag that is missing' {
        Save-ContainerImage $env:VIRT_TEST_REGISTRY/team/app:l -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $problem[0].ErrorDetails.RecommendedAction | Should -Be "Save-ContainerImage $env:VIRT_TEST_REGISTRY/team/app:1"
    }

    It 'refuses what is no name' { { Save-ContainerImage 'Debian' -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidImageName,*' }
    It 'asks the registry with -WhatIf' { { Save-ContainerImage $env:VIRT_TEST_REGISTRY/team/none:1 -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotFound,*' }
    It 'can be a job' { (Save-ContainerImage debian:12 -AsJob | Wait-Job | Receive-Job).Name | Should -Be 'debian:12' }
}
