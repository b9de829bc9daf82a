using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers.Machine;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    // Waits for the end of a run. Not among the work that DisposeAsync waits for: a run has no end in sight.
    private async Task FollowAsync(ContainerEntry entry, KeptProcess process)
    {
        if (entry.Spec.Health is { } check)
        {
            _ = WatchHealthAsync(entry, process, check);
        }

        var status = await process.Exited.ConfigureAwait(false);
        if (!isStopping)
        {
            InBackground(() => EndAsync(entry, process, status), $"write the end of container '{entry.Name}'");
        }
    }

    private async Task EndAsync(ContainerEntry entry, KeptProcess process, ExitStatus status)
    {
        string cgroup;
        using (await locks.EnterAsync(entry.Id, default).ConfigureAwait(false))
        {
            if (entry.Process != process || entry.Run is not { } run)
            {
                return;
            }

            await FaultPoint.ReachAsync(ContainerFaults.EndSeen).ConfigureAwait(false);
            cgroup = run.Cgroup;
            entry.Process = null;
            process.Dispose();
            EndRest(entry, run);
            if (IsToRunOn(run, status))
            {
                await StartAsItWasAsync(entry, run).ConfigureAwait(false);
            }
            else
            {
                Disconnect(entry);
                entry.Set(table, ContainerState.Stopped, Ended(entry.Spec, run, status));
                StartAgainWhereWanted(entry, entry.Run!);
            }
        }

        await FaultPoint.ReachAsync(ContainerFaults.EndWritten).ConfigureAwait(false);
        RemoveWhereOver(entry);
        await cgroups.RemoveAsync(cgroup).ConfigureAwait(false);
    }

    private async Task StartAsItWasAsync(ContainerEntry entry, ContainerRun run)
    {
        SetStartsAgain(entry, run);
        try
        {
            await StartAgainAsync(entry, entry.Spec).ConfigureAwait(false);
        }
        catch (VirtException e)
        {
            AgentLog.Error($"Could not start container '{entry.Name}' again after its restart was given up", e); // its state says so too
        }
    }

    // As if it were being replaced: whatever ends the agent from now on, the next one starts it.
    private void SetStartsAgain(ContainerEntry entry, ContainerRun run)
    {
        entry.Set(table, ContainerState.Stopping, run with { StartAgain = true, StartAgainUntil = null });
        FolderOf(entry).ForgetExit();
    }

    // Where its processes have no namespace of their own, the others do not end with the first. They would write to its root beside the next start.
    private void EndRest(ContainerEntry entry, ContainerRun run)
    {
        if (entry.Spec.IsChroot)
        {
            cgroups.Open(run.Cgroup).Kill();
        }
    }

    private ContainerRun Ended(ContainerSpec spec, ContainerRun run, ExitStatus status)
    {
        // An init tells of the command's signal by its own code.
        var isLost = spec.IsMachine && status.Code == MachineLaunch.LostCode;
        var isKilled = status.Signal == Signals.Kill || isLost || (spec.Init && status.Code == 128 + Signals.Kill);
        var outOfMemory = isKilled && cgroups.Open(run.Cgroup).ReadUsage().OutOfMemoryKills > 0;
        return run with
        {
            ExitTime = status.Time,
            ExitCode = status.Code,
            OutOfMemory = outOfMemory,
            Status = status switch
            {
                _ when outOfMemory => "It reached its memory limit, and the kernel ended it.",
                { Signal: { } signal } => $"Signal {signal} ended it.",
                _ when isLost => "Its virtual machine ended before its command did; its log says how.",
                { Code: null } => "It ended while nobody could see it; its exit code is not known.",
                _ => "",
            },
        };
    }
}
