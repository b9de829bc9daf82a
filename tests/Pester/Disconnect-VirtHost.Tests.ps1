BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Disconnect-VirtHost' {
    It 'forgets a name' {
        $null = Connect-VirtHost $env:VIRT_ENDPOINT -Name (New-TestName here)
        Disconnect-VirtHost (New-TestName here)
        { Disconnect-VirtHost (New-TestName here) -ErrorAction Stop } | Should -Throw -ErrorId 'HostNotConnected*'
    }

    It 'forgets what comes through the pipeline' {
        Connect-VirtHost $env:VIRT_ENDPOINT -Name (New-TestName here) | Disconnect-VirtHost
        { Disconnect-VirtHost (New-TestName here) -ErrorAction Stop } | Should -Throw -ErrorId 'HostNotConnected*'
    }

    It 'says nothing for a pattern without a match' { Disconnect-VirtHost 'no-such-*' | Should -BeNullOrEmpty }
}
