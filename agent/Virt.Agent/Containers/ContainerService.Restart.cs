using System;
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
            await RestartAsync(entry, entry.Spec, request.TurnOff ? TimeSpan.Zero : request.Timeout).ConfigureAwait(false);
        }

        return Show(entry);
    }

    // Under the container's lock. Whatever ends the agent in between, StartAgain tells the next one that it ran.
    private async Task RestartAsync(ContainerEntry entry, ContainerSpec spec, TimeSpan? timeout)
    {
        if (ContainerStates.IsAlive(entry.State))
        {
            await StopForSwitchAsync(entry, timeout).ConfigureAwait(false);
        }

        if (IsElsewhere(entry.Spec, spec))
        {
            Disconnect(entry);
        }

        await StartAgainAsync(entry, spec).ConfigureAwait(false);
    }

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
