using System;
using System.Management.Automation;
using System.Threading;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Start-Sleep.</summary>
[Cmdlet(VerbsLifecycle.Start, "Sleep")]
[Alias("sleep")]
public sealed class StartSleepCommand : PSCmdlet, IDisposable
{
    private readonly ManualResetEventSlim stopped = new();

    [Parameter(Position = 0)]
    public double Seconds { get; set; }

    [Parameter]
    public int Milliseconds { get; set; }

    public void Dispose() => stopped.Dispose();

    protected override void ProcessRecord() => stopped.Wait(TimeSpan.FromSeconds(Seconds) + TimeSpan.FromMilliseconds(Milliseconds));

    protected override void StopProcessing() => stopped.Set();
}
