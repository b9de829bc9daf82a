using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>Ends a container's first process and starts it anew, with all that it has written; starts one that does not run.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; Timeout; what kept the first process from starting.</exception>
    public async Task<Container> RestartAsync(RestartContainer request, Call call)
    {
        var entry = Find("restart", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("restart", entry, call).ConfigureAwait(false);
        ContainerStates.CheckRestart(entry.Name, entry.State);
        if (!call.WhatIf)
        {
            await RestartAsync(entry, entry.Spec, request.TurnOff ? TimeSpan.Zero : request.Timeout, call.Cancellation).ConfigureAwait(false);
        }

        return Show(entry);
    }

    // Under the container's lock. Whatever ends the agent in between, StartAgain tells the next one that it ran. Until it has ended it can be cancelled; from then on it is soon done.
    private async Task RestartAsync(ContainerEntry entry, ContainerSpec spec, TimeSpan? timeout, CancellationToken cancellation = default)
    {
        if (ContainerStates.IsAlive(entry.State))
        {
            await StopForSwitchAsync(entry, timeout, cancellation).ConfigureAwait(false);
        }

        if (IsElsewhere(entry.Spec, spec))
        {
            Disconnect(entry);
        }

        await StartAgainAsync(entry, spec).ConfigureAwait(false);
    }

    // Its restart was given up when it had been asked to end: it is what it was, and where it ends of that all the same, EndAsync starts it again.
    private async Task RunOnAsync(ContainerEntry entry, ContainerState was, TimeSpan patience)
    {
        var run = entry.Run! with { StartAgain = false, StartAgainUntil = time.GetUtcNow() + patience };
        entry.Set(table, ContainerState.Running, run);
        if (was != ContainerState.Paused)
        {
            return;
        }

        try
        {
            await FreezeAsync(entry, "suspend", new Call(NoSink.Instance, "", whatIf: false, default)).ConfigureAwait(false);
            entry.Set(table, ContainerState.Paused, run);
        }
        catch (VirtException e)
        {
            AgentLog.Warning(e.Message);
        }
    }

    // What ends it from now on is what somebody has done since.
    private void ForgetRestart(ContainerEntry entry)
    {
        if (entry.Run is { StartAgainUntil: not null } run)
        {
            entry.Set(table, entry.State, run with { StartAgainUntil = null });
        }
    }

    private static bool IsToRunOn(ContainerRun run, ExitStatus status) => !run.IsStopped && !run.HostStopped && status.Time <= run.StartAgainUntil;

    // Zero: at once.
    private async Task SignalEndAsync(ContainerEntry entry, KeptProcess process, ContainerState was, bool atOnce)
    {
        process.Signal(atOnce ? Signals.Kill : entry.Spec.StopSignal);
        if (was == ContainerState.Paused)
        {
            await ThawAsync(entry).ConfigureAwait(false);
        }
    }
}
