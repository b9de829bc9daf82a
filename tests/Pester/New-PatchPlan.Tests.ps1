BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $a = Start-TestContainer a
}

AfterAll { Remove-TestWorkload }

Describe 'New-PatchPlan' {
    It 'plans a workload and changes nothing' {
        $plan = New-PatchPlan -Container $a.Name
        $plan.Targets.Name | Should -Be $a.Name
        $plan.Hash | Should -BeLike 'sha256:*'
        (Get-Container $a.Name).Id | Should -Be $a.Id
    }

    It 'refuses to guess which workloads are meant' { { New-PatchPlan } | Should -Throw -ErrorId 'TargetRequired*' }

    It 'turns into JSON and back, digit by digit' {
        $plan = [Virt.PatchPlan]@{
            Id = [guid]::NewGuid(); HostName = 'hosta'; CreationTime = [datetimeoffset] '2026-11-24T03:04:05.1234567+02:00'; Hash = 'sha256:01'
            Filter = [Virt.PatchFilter]@{ Include = 'open*' }
            Targets = [Virt.PatchPlanTarget]@{
                Kind = 'Container'; Id = [guid]::NewGuid(); Name = 'api'; ImageDigest = 'sha256:02'
                Packages = [Virt.PatchPackage]@{ Name = 'openssl'; FromVersion = '1.0'; ToVersion = '2026-01-02T03:04:05'; IsSecurity = $true }
                Problems = [Virt.PlanProblem]@{ Id = 'Old'; Message = 'It is old.' }
            }
        }
        $json = $plan | ConvertTo-Json -Depth 10
        $read = [Virt.Commands.PlanAttribute]::new([Virt.PatchPlan])
        foreach ($again in $read.Transform($ExecutionContext, ($json | ConvertFrom-Json)), $read.Transform($ExecutionContext, $json)) {
            $again | Should -BeOfType ([Virt.PatchPlan])
            $again.CreationTime.UtcTicks | Should -Be $plan.CreationTime.UtcTicks
            $again.Hash | Should -Be $plan.Hash
            $again.Filter.Include | Should -Be 'open*'
            $again.Targets[0].Kind | Should -Be Container
            $again.Targets[0].Packages[0].IsSecurity | Should -BeTrue
            $again.Targets[0].Problems[0].Message | Should -Be 'It is old.'
        }
    }
}
