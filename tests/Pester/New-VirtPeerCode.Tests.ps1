BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'New-VirtPeerCode' {
    It 'says how an agent comes to listen for peers' {
        # The agent of these tests listens for none.
        New-VirtPeerCode -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NoPeerListener*'
        $problem[0].ErrorDetails.RecommendedAction | Should -BeLike '*--peer-listen*'
    }

    It 'takes a lifetime as people write it' {
        (Get-Command New-VirtPeerCode).Parameters.Lifetime.ParameterType | Should -Be ([timespan])
        { New-VirtPeerCode -Lifetime 'a while' } | Should -Throw '*90m*'
    }
}
