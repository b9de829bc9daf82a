BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Rename-VM' {
    It 'gives another name to the same machine' {
        $vm = New-TestVM before
        $renamed = Rename-VM $vm.Name (New-TestName after) -PassThru
        $renamed.Id | Should -Be $vm.Id
        $renamed.Name | Should -Be (New-TestName after)
        $renamed.DiskPath | Should -Be $vm.DiskPath
        Get-VM (New-TestName 'befor*') | Should -BeNullOrEmpty
    }

    It 'refuses a name that is taken' {
        $other = New-TestVM other
        Rename-VM (New-TestName after) $other.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ResourceExists
    }
}
