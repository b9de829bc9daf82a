BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Optimize-VHD' {
    It 'gives back blocks that hold nothing' {
        $full = New-VHD "$TestDrive/a.qcow2" -SizeBytes 16MB -Fixed
        $thin = $full | Optimize-VHD -PassThru
        $thin.FileSizeBytes | Should -BeLessThan ($full.FileSizeBytes - 8MB)
        $thin.SizeBytes | Should -Be 16MB
        $thin.Type | Should -Be Dynamic
        (Get-ChildItem $TestDrive -Force).Name | Should -Be 'a.qcow2'
    }

    It 'takes the disk of a stopped VM' {
        $vm = New-TestVM a
        $vm | Optimize-VHD
        (Test-VHD $vm.DiskPath).IsSound | Should -BeTrue
    }
}
