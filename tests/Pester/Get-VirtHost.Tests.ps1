BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Get-VirtHost' {
    It 'gives facts' {
        $found = Get-VirtHost
        $found.Name | Should -Be ([Environment]::MachineName)
        $found.ProcessorCount | Should -BeGreaterThan 0
        $found.MemoryBytes | Should -BeGreaterThan 1MB
        $found.Accelerator | Should -BeIn 'kvm', 'tcg'
    }

    It 'is one error for a host that is not there, and loses nothing of the other' {
        $found = Get-VirtHost -ComputerName unix:///nowhere/agent.sock, $env:VIRT_ENDPOINT -ErrorVariable problem -ErrorAction SilentlyContinue
        $found | Should -HaveCount 1
        $problem | Should -HaveCount 1
        $problem[0].CategoryInfo.Category | Should -Be ConnectionError
    }
}
