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
        KeptProcess process;
        using (await LockAsync("stop", entry, call).ConfigureAwait(false))
        {
            ContainerStates.CheckStop(entry.Name, entry.State);
            if (call.WhatIf)
            {
                return Show(entry);
            }

            process = entry.Process!;
            if (entry.State != ContainerState.Stopping)
            {
                entry.Set(table, ContainerState.Stopping, entry.Run);
            }

            process.Signal(request.TurnOff ? Signals.Kill : Signals.Terminate);
        }

        // Not under the lock: somebody else may lose patience and turn it off.
        if (!request.TurnOff && !await EndsWithinAsync(entry, process, request.Timeout, call).ConfigureAwait(false))
        {
            if (request.NoKill)
            {
                await BackToRunningAsync(entry, process).ConfigureAwait(false);
                throw new VirtException(
                    ErrorCode.Timeout,
                    "ContainerStopTimeout",
                    $"Cannot stop container '{entry.Name}': its first process did not end within {request.Timeout.TotalSeconds:0.#} s of SIGTERM.",
                    entry.Name,
                    $"Stop-Container -Name {entry.Name} -TurnOff");
            }

            process.Signal(Signals.Kill);
        }

        await UntilAsync(entry, e => e.Process != process, Timeouts.Kill, call).ConfigureAwait(false);
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
            entry.Set(table, ContainerState.Running, entry.Run);
        }
    }

    private static class Timeouts
    {
        /// <summary>After SIGKILL only the kernel is waited for.</summary>
        public static readonly TimeSpan Kill = TimeSpan.FromSeconds(30);
    }
}
