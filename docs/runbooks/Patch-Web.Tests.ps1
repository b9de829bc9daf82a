# Tests the runbook without an agent: the cmdlets are mocked, and give the objects that they would give.
BeforeAll {
    if (-not (Get-Module Virt)) {
        Import-Module Virt -ErrorAction Stop
    }

    $runbook = Join-Path $PSScriptRoot 'Patch-Web.ps1'

    function New-Status([string] $Name, [string[]] $Packages) {
        [Virt.PatchStatus]@{
            Kind = 'VM'; Id = [guid]::NewGuid(); Name = $Name; PackageManager = 'apt'
            Packages = @($Packages | ForEach-Object { [Virt.PatchPackage]@{ Name = $_; FromVersion = '1.0'; ToVersion = '1.1'; IsSecurity = $true } })
        }
    }

    function New-Plan([Virt.PlanProblem[]] $Problems = @()) {
        [Virt.PatchPlan]@{
            Id = '11111111-2222-3333-4444-555555555555'; HostName = 'hosta'; CreationTime = '2026-11-24T03:00:00.1234567+00:00'; Hash = 'sha256:0123456789abcdef'
            Targets = [Virt.PatchPlanTarget]@{
                Kind = 'VM'; Id = [guid]::NewGuid(); Name = 'web01'; PackageManager = 'apt'; Problems = $Problems
                Packages = [Virt.PatchPackage]@{ Name = 'nginx'; FromVersion = '1.0'; ToVersion = '1.1' }
            }
        }
    }

    function New-Result([string] $Name, [string] $Outcome, [string] $Message = '') {
        [Virt.PatchResult]@{ Kind = 'VM'; Name = $Name; Outcome = $Outcome; Message = $Message; Duration = '00:00:12' }
    }
}

Describe 'Patch-Web.ps1' {
    BeforeEach {
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
        $null = New-Item -ItemType Directory $folder
        Mock Get-PatchStatus { New-Status web01 nginx, openssl; New-Status web02 @() }
        Mock New-PatchPlan { New-Plan }
        Mock Invoke-Patch { New-Result web01 Patched }
        Mock Get-PatchReport { '<!DOCTYPE html>' }
        Mock Write-Host { }
        Mock Out-Host { }
    }

    It 'writes the plan and changes nothing before it is approved' {
        & $runbook -Folder $folder
        $LASTEXITCODE | Should -Be 0
        Should -Invoke Invoke-Patch -Exactly 0
        $plan = Get-ChildItem $folder -Filter *.json | Get-Content -Raw | ConvertFrom-Json
        @($plan)[0].Hash | Should -Be 'sha256:0123456789abcdef'
        @($plan)[0].Targets[0].Packages[0].ToVersion | Should -Be '1.1'
    }

    It 'plans only for those for which something waits' {
        & $runbook -Folder $folder -SecurityOnly
        Should -Invoke New-PatchPlan -Exactly 1 -ParameterFilter { $SecurityOnly }
    }

    It 'applies exactly the plan that was approved' {
        & $runbook -Folder $folder
        & $runbook -Folder $folder -PlanPath (Get-ChildItem $folder -Filter *.json).FullName -BatchSize 2
        $LASTEXITCODE | Should -Be 0
        Should -Invoke Get-PatchStatus -Exactly 1
        Should -Invoke Invoke-Patch -Exactly 1 -ParameterFilter {
            $Plan[0].Hash -eq 'sha256:0123456789abcdef' -and $BatchSize -eq '2' -and $HealthHttp -eq 'http://127.0.0.1/' -and "$OnFailure" -eq 'Rollback'
        }
        Get-ChildItem $folder -Filter *.html | Get-Content -Raw | Should -BeLike '<!DOCTYPE html>*'
    }

    It 'does both steps for a scheduler' {
        & $runbook -Folder $folder -Approved
        $LASTEXITCODE | Should -Be 0
        Should -Invoke Invoke-Patch -Exactly 1
    }

    It 'does nothing where nothing waits' {
        Mock Get-PatchStatus { New-Status web01 @() }
        & $runbook -Folder $folder -Approved
        $LASTEXITCODE | Should -Be 0
        Should -Invoke New-PatchPlan -Exactly 0
        Should -Invoke Invoke-Patch -Exactly 0
    }

    It 'ends with 1 where a machine was put back, and still reports' {
        Mock Invoke-Patch { New-Result web01 Patched; New-Result web02 PutBack 'http://127.0.0.1/ answered 502.' }
        & $runbook -Folder $folder -Approved -WarningVariable warned -WarningAction SilentlyContinue
        $LASTEXITCODE | Should -Be 1
        "$warned" | Should -BeLike '*web02: PutBack. http://127.0.0.1/ answered 502.*'
        Should -Invoke Get-PatchReport -Exactly 1
    }

    It 'ends with 1 where a host was not reached' {
        Mock Get-PatchStatus { New-Status web01 @(); Write-Error 'Cannot reach host hostb.' }
        & $runbook -Folder $folder -ErrorAction SilentlyContinue 2>$null
        $LASTEXITCODE | Should -Be 1
    }

    It 'ends with 2 where something stands in the way' {
        Mock New-PatchPlan { New-Plan ([Virt.PlanProblem]@{ Id = 'DiskFull'; Target = 'web01'; Message = 'Its disk is full.'; IsBlocking = $true }) }
        & $runbook -Folder $folder -Approved -WarningAction SilentlyContinue
        $LASTEXITCODE | Should -Be 2
        Should -Invoke Invoke-Patch -Exactly 0
    }

    It 'fails where the plan is not there' {
        { & $runbook -PlanPath (Join-Path $folder none.json) } | Should -Throw
    }
}
