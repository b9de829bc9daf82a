# Inside a PowerShell session that is warm: for each line that it reads, starts a container that is there, and makes and starts another, on the network that the line names ("none" for none); prints
# "<milliseconds of the first> <of the second>". Both are gone when it has printed.
$ErrorActionPreference = 'Stop'
Import-Module $env:VIRT_BENCH_MODULE
while ($null -ne ($network = [Console]::In.ReadLine())) {
    $null = New-Container typed -Image bench -Command /bin/sleep, 1000 -Network $network
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $null = Start-Container typed
    $started = $watch.Elapsed.TotalMilliseconds
    $watch.Restart()
    $null = Start-Container -Image bench -Name fresh -Command /bin/sleep, 1000 -Network $network
    $made = $watch.Elapsed.TotalMilliseconds
    if ((Get-Container typed, fresh).State -ne 'Running') { throw 'A container does not run.' }
    Remove-Container typed, fresh -Force -Confirm:$false
    [Console]::Out.WriteLine("$started $made")
}
