BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Save-VMImage' {
    # The session serves no disks: what comes of one that is served is seen in Virt.IntegrationTests/Registries/VmImageSaveTests.
    It 'refuses <Word>' -ForEach @(
        @{ Word = 'an address without a checksum'; Id = 'ChecksumRequired'; Arguments = @{ Uri = 'https://localhost:1/a.qcow2' } }
        @{ Word = 'a checksum that is none'; Id = 'InvalidChecksum'; Arguments = @{ Uri = 'https://localhost:1/a.qcow2'; Checksum = 'sha256:12' } }
        @{ Word = 'a server without TLS'; Id = 'PlainHttpNotAllowed'; Arguments = @{ Server = 'http://localhost:1' } }
        @{ Word = 'what is no address'; Id = 'InvalidUri'; Arguments = @{ Server = 'images' } }
    ) {
        { Save-VMImage debian/12 @Arguments -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
    }

    It 'says which server cannot be reached' {
        Save-VMImage debian/12 -Server https://localhost:1 -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ImageServerUnreachable,*'
        $problem[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        "$($problem[0])" | Should -BeLike '*localhost:1*'
    }

    It 'completes the CPUs that there are' {
        (TabExpansion2 'Save-VMImage a -Architecture A').CompletionMatches.CompletionText | Should -Be Arm64
    }

    It 'checks with -WhatIf' { { Save-VMImage debian/12 -Server http://localhost:1 -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'PlainHttpNotAllowed,*' }
    It 'refuses a name that is no name' { { Save-VMImage '../a' -Server https://localhost:1 -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidName,*' }
}
