# Runs every *.Tests.ps1 beside it, and those of the runbooks, in the session that build/run.sh has opened, and leaves "passed failed skipped" where build/test.sh looks.
Import-Module Pester -MinimumVersion 5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = $PSScriptRoot, (Join-Path $PSScriptRoot '../../docs/runbooks')
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration
# A file that cannot be discovered holds no failed test, but is a failure.
$failed = $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
"$($result.PassedCount) $failed $($result.SkippedCount + $result.NotRunCount)" | Set-Content -Path $env:PESTER_SUMMARY -NoNewline
exit ([int]($failed -ne 0))
