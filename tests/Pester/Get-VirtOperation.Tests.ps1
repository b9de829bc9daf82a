BeforeAll { . $PSScriptRoot/Virt.Tests.Setup.ps1 }

AfterAll { Remove-TestWorkload }

Describe 'Get-VirtOperation' {
    It 'shows what another session has begun' {
        $job = New-VM (New-TestName a) -Image starter -AsJob
        $job | Wait-Job -Timeout 60 | Out-Null
        $operation = Get-VirtOperation $job.OperationId
        $operation.Method | Should -Be 'vm.new'
        $operation.Target | Should -Be (New-TestName a)
        $operation.State | Should -Be Completed
        $job | Remove-Job
    }

    It 'says so when there is no such operation' {
        Get-VirtOperation ([guid]::NewGuid()) -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }
}
