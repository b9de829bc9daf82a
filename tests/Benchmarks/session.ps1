# Measures inside a PowerShell session, which may lack every module but Virt: prints "<name> <milliseconds>" lines.
$watch = [Diagnostics.Stopwatch]::StartNew()
Import-Module $env:VIRT_BENCH_MODULE
[Console]::Out.WriteLine("import $($watch.Elapsed.TotalMilliseconds)")
if ($env:VIRT_BENCH_COUNT -eq 0) { exit }

function Measure-Median([string] $name, [int] $count, [scriptblock] $body) {
    for ($i = 0; $i -lt $count / 4; $i++) { $null = & $body }
    $times = [double[]]::new($count)
    for ($i = 0; $i -lt $count; $i++) {
        $start = [Diagnostics.Stopwatch]::GetTimestamp()
        $null = & $body
        $times[$i] = ([Diagnostics.Stopwatch]::GetTimestamp() - $start) * 1000.0 / [Diagnostics.Stopwatch]::Frequency
    }
    [Array]::Sort($times)
    [Console]::Out.WriteLine("$name $($times[[int]($count / 2)])")
}

$client = [Virt.Protocol.Client.VirtClient]::Connect([Virt.Protocol.Client.VirtEndpoint]::Parse($env:VIRT_ENDPOINT), 'virt-bench')
$ping = [Virt.Protocol.Methods]::Ping
$nothing = [Virt.Protocol.Nothing]::new()
Measure-Median floor ([int]$env:VIRT_BENCH_COUNT) { $nothing }
Measure-Median ping ([int]$env:VIRT_BENCH_COUNT) { $client.Invoke($ping, $nothing, $null, $null, $null, [Threading.CancellationToken]::None) }
Measure-Median none ([int]$env:VIRT_BENCH_COUNT) { Get-VM -Name 'no such*' }
Measure-Median list ([int][Math]::Min(50, $env:VIRT_BENCH_COUNT)) { Get-VM }
