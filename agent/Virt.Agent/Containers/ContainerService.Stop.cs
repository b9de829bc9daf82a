using System;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>Asks a container's first process to end, or kills it.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; Timeout where it must not be killed.</exception>
    public async Task<Container> StopAsync(StopContainer request, Call call)
    {
        var entry = Find("stop", request.Id, request.Name);
        call.WorksOn(entry.Name);
        if (request.Signal is { } name)
        {
            return await SignalAsync(entry, name, call).ConfigureAwait(false);
        }

        KeptProcess process;
        using (await LockAsync("stop", entry, call).ConfigureAwait(false))
        {
            // One that waits for its next start is stopped by not getting it.
            if (!ContainerStates.IsAlive(entry.State) && entry.Run is { } ended && ContainerRestart.IsWanted(entry.Spec, ended) && entry.State == ContainerState.Stopped)
            {
                if (!call.WhatIf)
                {
                    entry.Set(table, entry.State, ended with { IsStopped = true });
                }

                return Show(entry);
            }

            if (ContainerStates.IsOff(entry.State))
            {
                return Show(entry);
            }

            ContainerStates.CheckStop(entry.Name, entry.State);
            if (call.WhatIf)
            {
                return Show(entry);
            }

            process = entry.Process!;
            var was = entry.State;
            if (was != ContainerState.Stopping)
            {
                entry.Set(table, ContainerState.Stopping, entry.Run! with { IsStopped = !request.HostStops, HostStopped = request.HostStops });
            }

            await FaultPoint.ReachAsync(ContainerFaults.StopWritten).ConfigureAwait(false);
            await SignalEndAsync(entry, process, was, request.TurnOff).ConfigureAwait(false);
            await FaultPoint.ReachAsync(ContainerFaults.StopSignalled).ConfigureAwait(false);
        }

        // Not under the lock: somebody else may lose patience and turn it off.
        var timeout = request.Timeout ?? entry.Spec.StopTimeout;
        if (!request.TurnOff && !await EndsWithinAsync(entry, process, timeout, call).ConfigureAwait(false))
        {
            if (request.NoKill)
            {
                await BackToRunningAsync(entry, process).ConfigureAwait(false);
                throw new VirtException(
                    ErrorCode.Timeout,
                    "ContainerStopTimeout",
                    $"Cannot stop container '{entry.Name}': its first process did not end within {timeout.TotalSeconds:0.#} s of {Signals.Format(entry.Spec.StopSignal)}.",
                    entry.Name,
                    $"Stop-Container -Name {entry.Name} -TurnOff");
            }

            process.Signal(Signals.Kill);
        }

        await UntilAsync(entry, e => e.Process != process, Timeouts.Kill, call).ConfigureAwait(false);
        if (entry.Spec.RemoveOnExit)
        {
            await UntilAsync(entry, static e => e.IsRemoved || e.Process is not null, Timeouts.Kill, call).ConfigureAwait(false);
        }

        return ShowEnded(entry);
    }

    private async Task<Container> SignalAsync(ContainerEntry entry, string name, Call call)
    {
        var signal = Signals.Parse(name);
        if (signal == 0)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidSignal", $"Cannot send container '{entry.Name}' a signal: there is none of the name '{name}'.", entry.Name, $"Stop-Container -Name {entry.Name} -Signal HUP");
        }

        using var held = await LockAsync("stop", entry, call).ConfigureAwait(false);
        ContainerStates.CheckStop(entry.Name, entry.State);
        if (!call.WhatIf)
        {
            ForgetRestart(entry);
            entry.Process!.Signal(signal);
        }

        return Show(entry);
    }

    private async Task<bool> EndsWithinAsync(ContainerEntry entry, KeptProcess process, TimeSpan timeout, Call call)
    {
        try
        {
            return await UntilAsync(entry, e => e.Process != process, timeout, call).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await BackToRunningAsync(entry, process).ConfigureAwait(false);
            throw;
        }
    }

    private async Task BackToRunningAsync(ContainerEntry entry, KeptProcess process)
    {
        using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        if (entry.Process == process && entry.State == ContainerState.Stopping)
        {
            entry.Set(table, ContainerState.Running, entry.Run! with { IsStopped = false, HostStopped = false });
        }
    }

    private static class Timeouts
    {
        /// <summary>After SIGKILL only the kernel is waited for.</summary>
        public static readonly TimeSpan Kill = TimeSpan.FromSeconds(30);
    }
}
