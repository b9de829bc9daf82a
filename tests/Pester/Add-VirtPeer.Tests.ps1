BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Add-VirtPeer' {
    It 'refuses a code that is none' {
        Add-VirtPeer -Address 127.0.0.1 -Code nonsense -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'BadPeerCode*'
    }

    It 'asks the other host for a code' {
        Add-VirtPeer $env:VIRT_ENDPOINT -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NoPeerListener*'
    }

    It 'gives peers that a test can make' { ([Virt.VirtPeer]@{ Name = 'hostb' }).Name | Should -Be 'hostb' }
}
