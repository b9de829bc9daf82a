#Requires -Version 5.1
#Requires -Modules Virt
<#
.SYNOPSIS
    Patches the web servers: status, plan, approval, batches with a health check, report.

.DESCRIPTION
    Runs in two steps, so that somebody can approve what will be done in between.

    1.  Patch-Web.ps1
        shows what waits, and writes the plan to a file: exactly which packages, from which version to which. Changes nothing.
    2.  Patch-Web.ps1 -PlanPath plans/web-20261124-0300.json
        applies exactly that plan, some machines at a time. After each it asks the web server whether it answers; one that does not
        is put back as it was. More failures than -MaxFailed begin no further machine.

    With -Approved both steps are one, for a scheduler. The report is one HTML page beside the plan.

    Ends with 0 where everything went well (or nothing waited), 1 where a machine failed or was put back or a host was not reached,
    2 where something stands in the plan's way.

.EXAMPLE
    ./Patch-Web.ps1 -SecurityOnly -Folder /srv/patching

.EXAMPLE
    ./Patch-Web.ps1 -PlanPath /srv/patching/web-20261124-0300.json -BatchSize 2

.EXAMPLE
    Connect-VirtHost hosta, hostb -Default; ./Patch-Web.ps1 -Approved -Folder /srv/patching
#>
[CmdletBinding(DefaultParameterSetName = 'Plan')]
param(
    # The machines, by name or pattern.
    [Parameter(ParameterSetName = 'Plan')]
    [string[]] $VM = 'web*',

    # The containers, by name or pattern.
    [Parameter(ParameterSetName = 'Plan')]
    [string[]] $Container = @(),

    # Only updates from security archives.
    [Parameter(ParameterSetName = 'Plan')]
    [switch] $SecurityOnly,

    # Packages that are not touched.
    [Parameter(ParameterSetName = 'Plan')]
    [string[]] $Exclude = @(),

    # Apply the plan without waiting for an approval.
    [Parameter(ParameterSetName = 'Plan')]
    [switch] $Approved,

    # A plan that this script has written and somebody has approved.
    [Parameter(ParameterSetName = 'Apply', Mandatory)]
    [string] $PlanPath,

    # Where plans and reports are kept.
    [string] $Folder = (Get-Location).Path,

    # How many machines at a time: a number, or a share.
    [string] $BatchSize = '25%',

    # After more failures than this nothing further is begun.
    [int] $MaxFailed = 0,

    # What a healthy web server answers with 200 to 399, asked from inside the machine.
    [string] $HealthHttp = 'http://127.0.0.1/',

    # How long it may take until it does, in seconds.
    [int] $HealthTimeoutSeconds = 120
)

Set-StrictMode -Version 3.0

# What fails is counted here and decides the exit code; it does not keep the others from their turn.
$ErrorActionPreference = 'Continue'
$failures = @()
$stamp = Get-Date -Format yyyyMMdd-HHmm

if ($PSCmdlet.ParameterSetName -eq 'Plan') {
    # Status: what waits, and who cannot be asked.
    $status = @(Get-PatchStatus -VM $VM -Container $Container -ErrorVariable +failures)
    $status | Format-Table | Out-Host
    foreach ($unknown in $status | Where-Object Problem) {
        Write-Warning "$($unknown.Name): $($unknown.Problem)"
    }

    $waiting = @($status | Where-Object { $_.PendingCount -gt 0 })
    if ($waiting.Count -eq 0) {
        Write-Host 'No update waits.'
        exit ([int]($failures.Count -gt 0))
    }

    # Plan: one for each host, kept as JSON. Its hash makes any change to it show.
    $plans = @($waiting | New-PatchPlan -SecurityOnly:$SecurityOnly -Exclude $Exclude -ErrorVariable +failures)
    if ($plans.Count -eq 0) {
        exit 1
    }

    $PlanPath = Join-Path $Folder "web-$stamp.json"
    ConvertTo-Json -InputObject $plans -Depth 10 | Set-Content -Path $PlanPath -Encoding utf8
    $plans.Targets | Select-Object -ExpandProperty Packages -Property @{ Name = 'Workload'; Expression = 'Name' } |
        Format-Table Workload, Name, FromVersion, ToVersion, IsSecurity | Out-Host

    $blocking = @($plans.Targets.Problems | Where-Object IsBlocking)
    foreach ($problem in $blocking) {
        Write-Warning "$($problem.Target): $($problem.Message) $($problem.FixCommand)"
    }

    if ($blocking.Count -gt 0) {
        exit 2
    }

    if (-not $Approved) {
        Write-Host "To apply exactly this plan: $PSCommandPath -PlanPath '$PlanPath'"
        exit ([int]($failures.Count -gt 0))
    }
}

# Apply: exactly the plan. One that was altered, or that the machines have left behind, is refused.
$plans = @(Get-Content -Path $PlanPath -Raw -ErrorAction Stop | ConvertFrom-Json)
$results = @(Invoke-Patch -Plan $plans -BatchSize $BatchSize -MaxFailed $MaxFailed -HealthHttp $HealthHttp `
        -HealthTimeoutSeconds $HealthTimeoutSeconds -OnFailure Rollback -ErrorVariable +failures)
$results | Format-Table | Out-Host

# Report: for whoever has to answer for it.
$reportPath = Join-Path $Folder "web-$stamp.html"
Get-PatchReport -Since (Get-Date).AddDays(-90) -Format Html -Title 'Web servers: patches of the last 90 days' -ErrorVariable +failures |
    Set-Content -Path $reportPath -Encoding utf8
Write-Host "The report is $reportPath"

$bad = @($results | Where-Object { "$($_.Outcome)" -notin 'Patched', 'NothingToDo' })
foreach ($result in $bad) {
    Write-Warning "$($result.Name): $($result.Outcome). $($result.Message) $($result.Lost)"
}

exit ([int]($bad.Count + $failures.Count -gt 0))
