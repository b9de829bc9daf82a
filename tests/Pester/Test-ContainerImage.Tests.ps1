BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $name = "$env:VIRT_TEST_REGISTRY/team/app:1"
    Save-ContainerImage $name, debian:12
}

Describe 'Test-ContainerImage' {
    It 'says that an image is current' {
        $test = Test-ContainerImage $name
        $test.IsCurrent | Should -BeTrue
        $test.Digest | Should -Be $test.NewestDigest
    }

    It 'takes patterns' { (Test-ContainerImage deb*).Name | Should -Contain 'debian:12' }

    It 'says that there is a newer one, until it is saved' {
        $moving = "$env:VIRT_TEST_REGISTRY/pester/moving:1"
        $null = Publish-ContainerImage $name -Destination $moving
        Save-ContainerImage $moving
        $null = Publish-ContainerImage debian:12 -Destination $moving
        (Test-ContainerImage $moving).IsCurrent | Should -BeFalse
        Test-ContainerImage $moving | Where-Object IsCurrent -EQ $false | Save-ContainerImage
        (Test-ContainerImage $moving).IsCurrent | Should -BeTrue
    }

    It 'names the nearest of one that is not there' {
        Test-ContainerImage debain:12 -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*debian:12*'
    }
}
