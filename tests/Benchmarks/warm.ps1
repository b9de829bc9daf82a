# Inside a PowerShell session: for each line that it reads, makes a machine that starts warm and asks its guest what it is called; prints "<milliseconds until New-VM was done> <until the guest had answered>".
$ErrorActionPreference = 'Stop'
Import-Module $env:VIRT_BENCH_MODULE
while ($null -ne [Console]::In.ReadLine()) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $null = New-VM clone 256MB -Image starter -Generation 1 -Network user -Warm
    $made = $watch.Elapsed.TotalMilliseconds
    $name = Invoke-VMCommand clone hostname
    $answered = $watch.Elapsed.TotalMilliseconds
    if ("$name".Trim() -ne 'clone') { throw "The guest calls itself '$name'." }
    [Console]::Out.WriteLine("$made $answered")
    Remove-VM clone -Force -DeleteDisk -Confirm:$false
}
