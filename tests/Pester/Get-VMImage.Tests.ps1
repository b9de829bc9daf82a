BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

Describe 'Get-VMImage' {
    It 'has the starter image' { (Get-VMImage starter).Name | Should -Be 'starter' }
    It 'says who needs it' {
        $vm = New-TestVM user
        (Get-VMImage starter).UsedBy | Should -Contain $vm.Name
        $vm | Remove-VM -Force -DeleteDisk
        (Get-VMImage starter).UsedBy | Should -Not -Contain $vm.Name
    }
    It 'gets those of a pattern' { (Get-VMImage 'start*').Name | Should -Contain 'starter' }

    It 'names the nearest when a name does not exist' {
        Get-VMImage startre -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        "$($problem[0])" | Should -BeLike '*starter*'
    }
}
