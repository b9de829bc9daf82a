using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Limits of processes that change while a container runs (docs/adr/0041-limits-of-processes.md).</content>
public sealed partial class ContainerService
{
    // Null where there is nothing to change, or nobody who runs.
    private ProcessHolding? HoldingOf(ContainerEntry entry, FormerLimits from, FormerLimits to)
    {
        if (!ContainerStates.IsAlive(entry.State) || entry.Spec.IsSystem || entry.Spec.IsMachine || entry is not { Run: { } run, Process: { } first })
        {
            return null;
        }

        // All that it starts comes from the keeper, and has of a limit that nobody gave what that has.
        var keeperId = ProcessFacts.Read(first.ProcessId)?.HostParentId;
        var hold = ProcessHold.Between(from, to, Usual);
        var cgroup = cgroups.Open(run.Cgroup);
        return hold is { Limits.Count: 0, Score: null } ? null : new ProcessHolding(
            () => cgroup.ReadAllProcesses().Where(id => id != keeperId && id != Environment.ProcessId), hold, ProcessHold.Between(to, from, Usual), Usual);

        ResourceLimit? Usual(int resource) => keeperId is { } id and > 0 ? ProcessLimits.Read(id, resource) : null;
    }

    /// <exception cref="VirtException">InvalidArgument: no process can have such a limit, not even at a start.</exception>
    private static void CheckPossible(ContainerEntry entry, ProcessHolding? holding)
    {
        if (holding?.FindImpossible() is { } impossible)
        {
            throw LimitsRefused(entry.Name, $"{ResourceLimit.NameOf(impossible.Limit.Resource)} can be {impossible.Most} at most");
        }
    }

    // The last step, since without CAP_SYS_RESOURCE what is lowered cannot be raised again. The row has what is to be and what was before: the next agent holds them to what is to be.
    private static async Task HoldAsync(ContainerEntry entry, ProcessHolding holding)
    {
        await FaultPoint.ReachAsync(ContainerFaults.LimitsWritten).ConfigureAwait(false);
        try
        {
            holding.Apply();
        }
        catch (LinuxException e) when (e.Errno != Errno.EPERM || ProcessLimits.MayRaise)
        {
            throw LimitsRefused(entry.Name, $"the kernel refused one ({e.Message})", e);
        }

        await FaultPoint.ReachAsync(ContainerFaults.LimitsMade).ConfigureAwait(false);
    }

    // What was born with less gets more from whoever has CAP_SYS_RESOURCE alone; its next start is from the keeper, which has more.
    private async Task<Container> HoldAnewAsync(ContainerEntry entry, ContainerSpec present, ContainerSpec to, ProcessHolding? holding, Call call)
    {
        HoldAsBefore(entry, holding);
        try
        {
            return await SetAnewAsync(entry, present, to, "the agent may not raise limits of processes that run", call).ConfigureAwait(false);
        }
        catch when (entry.Spec.FormerLimits is not null)
        {
            entry.Set(table, entry.State, entry.Run, present);
            SetLive(entry, to, present);
            throw;
        }
    }

    private static VirtException LimitsRefused(string name, string cause, LinuxException? inner = null) => new(
        ErrorCode.InvalidArgument,
        "LimitRefused",
        $"Cannot change container '{name}': its processes cannot be held to these limits: {cause}.",
        name,
        "cat /proc/sys/fs/nr_open",
        inner);

    private static void HoldAsBefore(ContainerEntry entry, ProcessHolding? holding)
    {
        try
        {
            holding?.Undo();
        }
        catch (LinuxException e)
        {
            AgentLog.Warning($"The limits of the processes of container '{entry.Name}' could not be set back: {e.Message}");
        }
    }

    // An agent before this one ended in the middle of it.
    private async Task FinishLimitsAsync(ContainerEntry entry)
    {
        using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        var former = entry.Spec.FormerLimits!;
        var whole = entry.Spec with { FormerLimits = null };
        var holding = HoldingOf(entry, former, ProcessHold.Of(whole));
        try
        {
            holding?.Apply();
        }
        catch (LinuxException e) when (e.Errno == Errno.EPERM && !ProcessLimits.MayRaise)
        {
            AgentLog.Warning($"Container '{entry.Name}' is started anew, since limits of its processes cannot be raised while they run");
            InBackground(() => StartWithLimitsAsync(entry), $"start container '{entry.Name}' anew");
            return;
        }
        catch (LinuxException e)
        {
            AgentLog.Warning($"The processes of container '{entry.Name}' have the limits that they had: {e.Message}");
            HoldAsBefore(entry, holding);
            whole = whole with { Ulimits = former.Ulimits, OutOfMemoryScore = former.OutOfMemoryScore };
        }

        entry.Set(table, entry.State, entry.Run, whole);
    }

    private async Task StartWithLimitsAsync(ContainerEntry entry)
    {
        using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        if (!entry.IsRemoved && entry.Spec.FormerLimits is not null)
        {
            var whole = entry.Spec with { FormerLimits = null, FormerVolumes = null };
            if (ContainerStates.IsAlive(entry.State))
            {
                await RestartAsync(entry, whole, timeout: null).ConfigureAwait(false);
            }
            else
            {
                entry.Set(table, entry.State, entry.Run, whole);
            }

            UseAgain(entry);
        }
    }
}
