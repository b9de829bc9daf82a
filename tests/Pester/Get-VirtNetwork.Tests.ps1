BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Get-VirtNetwork' {
    It 'gives those that are built in first' { (Get-VirtNetwork | Select-Object -First 2).Name | Should -Be 'host', 'none' }
    It 'gives nothing for a pattern without a match' { Get-VirtNetwork 'no-such-*' | Should -BeNullOrEmpty }
    It 'is an error for a name that does not exist' { { Get-VirtNetwork no-such -ErrorAction Stop } | Should -Throw -ErrorId 'NetworkNotFound*' }

    It 'shows a table of seven columns' {
        $header = ([Virt.VirtNetwork]@{ Name = 'lan'; Subnets = '10.20.0.0/24'; BridgeName = 'virt0'; UsedBy = 'web'; Status = 'x' } | Out-String -Width 160).Trim().Split("`n")[0].Trim() -split '\s+'
        $header | Should -Be 'Name', 'Mode', 'Host', 'Subnets', 'Bridge', 'UsedBy', 'Status'
    }
}
