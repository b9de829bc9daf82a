BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Rename-Container' {
    It 'gives another name to the same container' {
        $container = Start-TestContainer before
        $renamed = Rename-Container $container.Name (New-TestName after) -PassThru
        $renamed.Id | Should -Be $container.Id
        $renamed.Name | Should -Be (New-TestName after)
        Get-Container (New-TestName 'befor*') | Should -BeNullOrEmpty
    }

    It 'takes the new name alone where the container comes from the pipeline' {
        $container = Start-TestContainer piped
        Get-Container $container.Name | Rename-Container (New-TestName renamed)
        (Get-Container (New-TestName renamed)).Id | Should -Be $container.Id
    }

    It 'refuses a name that is taken' {
        $other = Start-TestContainer other
        Rename-Container (New-TestName after) $other.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ResourceExists
    }

    It 'gives no two containers one name, and does nothing then' {
        { Rename-Container (New-TestName '*') (New-TestName one) } | Should -Throw -ErrorId 'SeveralObjects*'
        Get-Container (New-TestName 'on*') | Should -BeNullOrEmpty
    }
}
