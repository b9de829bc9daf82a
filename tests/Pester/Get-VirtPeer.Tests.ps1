BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Get-VirtPeer' {
    It 'gives nothing where there is no peer' { Get-VirtPeer | Should -BeNullOrEmpty }
    It 'gives nothing for a pattern without a match' { Get-VirtPeer 'no-such-*' | Should -BeNullOrEmpty }
    It 'is an error for a name that does not exist' { { Get-VirtPeer no-such -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound*' }

    It 'shows a table of five columns' {
        $header = ([Virt.VirtPeer]@{ Name = 'hostb'; Address = 'hostb:7711' } | Out-String -Width 160).Trim().Split("`n")[0].Trim() -split '\s+'
        $header | Should -Be 'Name', 'Address', 'Added', 'Host', 'Fingerprint'
    }
}
