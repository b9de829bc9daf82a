BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Remove-VirtPeer' {
    It 'is an error for a name that does not exist' { { Remove-VirtPeer no-such -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound*' }
    It 'does nothing for a pattern without a match' { Remove-VirtPeer 'no-such-*' | Should -BeNullOrEmpty }
    It 'checks with -WhatIf too' { { Remove-VirtPeer no-such -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound*' }
}
