BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Remove-VirtNetwork' {
    It 'removes one by name, by object and by pattern' {
        $null = New-VirtNetwork (New-TestName a)
        $b = New-VirtNetwork (New-TestName b)
        Remove-VirtNetwork (New-TestName a)
        $b | Remove-VirtNetwork
        Remove-VirtNetwork (New-TestName 'no*')
        Get-VirtNetwork (New-TestName '*') | Should -BeNullOrEmpty
    }

    It 'refuses one that is used, and says by whom' {
        $null = New-VirtNetwork (New-TestName used)
        $null = New-Container (New-TestName user) -Image starter -Network (New-TestName used)
        Remove-VirtNetwork (New-TestName used) -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NetworkInUse*'
        $problem[0].Exception.Message | Should -BeLike "*container '$(New-TestName user)' is in it.*"
    }
}
