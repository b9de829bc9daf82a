using System;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    // A process that waits for a disk stands still only when that has answered.
    private static readonly TimeSpan FreezeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Lets a running container stand still (cgroup's freezer).</summary>
    /// <exception cref="VirtException">NotFound; WrongState; NotSupported; Timeout: it runs on.</exception>
    public async Task<Container> SuspendAsync(SuspendContainer request, Call call)
    {
        var entry = Find("suspend", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("suspend", entry, call).ConfigureAwait(false);
        ContainerStates.CheckSuspend(entry.Name, entry.State);
        if (call.WhatIf)
        {
            return Show(entry);
        }

        await FreezeAsync(entry, "suspend", call).ConfigureAwait(false);
        // A restarted agent asks the kernel whether it stands still, so this may come after.
        entry.Set(table, ContainerState.Paused, entry.Run);
        return Show(entry);
    }

    // Under the container's lock. Where it fails, the container runs on.
    private async Task FreezeAsync(ContainerEntry entry, string verb, Call call)
    {
        await cgroups.LeaveAsync(entry.Run!.Cgroup).WaitAsync(call.Cancellation).ConfigureAwait(false);
        while (cgroups.IsShared(entry.Run.Cgroup))
        {
            await Task.Delay(1, call.Cancellation).ConfigureAwait(false);
        }

        try
        {
            await cgroups.Open(entry.Run.Cgroup).FreezeAsync(isFrozen: true).WaitAsync(FreezeTimeout, call.Cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await ThawAsync(entry).ConfigureAwait(false);
            throw e switch
            {
                TimeoutException => new VirtException(
                    ErrorCode.Timeout, "ContainerSuspendTimeout", $"Cannot {verb} container '{entry.Name}': a process of it did not stand still within {FreezeTimeout.TotalSeconds} s; it runs on.", entry.Name, $"Get-Container -Name {entry.Name}"),
                LinuxException => new VirtException(
                    ErrorCode.NotSupported, "FreezerMissing", $"Cannot {verb} container '{entry.Name}': the host's control groups have no freezer for it ({e.Message}).", entry.Name, $"Restart-Container -Name {entry.Name}", e),
                _ => e,
            };
        }
    }

    /// <summary>Lets a suspended container go on.</summary>
    /// <exception cref="VirtException">NotFound; WrongState.</exception>
    public async Task<Container> ResumeAsync(ResumeContainer request, Call call)
    {
        var entry = Find("resume", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("resume", entry, call).ConfigureAwait(false);
        ContainerStates.CheckResume(entry.Name, entry.State);
        if (!call.WhatIf)
        {
            await ThawAsync(entry).ConfigureAwait(false);
            entry.Set(table, ContainerState.Running, entry.Run);
        }

        return Show(entry);
    }

    // What is frozen takes no signal on v1, not even SIGKILL, before it goes on.
    private async Task ThawAsync(ContainerEntry entry)
    {
        if (entry.Run is not { } run)
        {
            return;
        }

        try
        {
            await cgroups.Open(run.Cgroup).FreezeAsync(isFrozen: false).WaitAsync(FreezeTimeout).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinuxException or TimeoutException)
        {
            AgentLog.Warning($"Container '{entry.Name}' could not be let go on: {e.Message}");
        }
    }
}
