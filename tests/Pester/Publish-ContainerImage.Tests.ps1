BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    Save-ContainerImage $env:VIRT_TEST_REGISTRY/team/app:1
}

Describe 'Publish-ContainerImage' {
    It 'sends an image under another name, and says by which digest it is there' {
        $sent = Publish-ContainerImage $env:VIRT_TEST_REGISTRY/team/app:1 -Destination $env:VIRT_TEST_REGISTRY/pester/app:2
        $sent.Destination | Should -Be "$env:VIRT_TEST_REGISTRY/pester/app:2"
        $sent.Digest | Should -Match '^sha256:'
        Save-ContainerImage $env:VIRT_TEST_REGISTRY/pester/app:2
        (Test-ContainerImage $env:VIRT_TEST_REGISTRY/pester/app:2).IsCurrent | Should -BeTrue
    }

    It 'sends nothing twice' { (Publish-ContainerImage $env:VIRT_TEST_REGISTRY/team/app:1).SentBytes | Should -Be 0 }
    It 'says that an image is not there' { { Publish-ContainerImage none:1 -ErrorAction Stop } | Should -Throw -ErrorId 'ContainerImageNotFound,*' }

    It 'publishes nothing with -WhatIf' {
        Publish-ContainerImage $env:VIRT_TEST_REGISTRY/team/app:1 -Destination $env:VIRT_TEST_REGISTRY/pester/whatif:1 -WhatIf
        { Save-ContainerImage $env:VIRT_TEST_REGISTRY/pester/whatif:1 -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotFound,*'
    }
}
