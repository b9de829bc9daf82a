using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>
    /// Finds again what the agent before this one left: running containers are taken over, ends that nobody saw are read from their files,
    /// what was half done is finished or undone. Must have ended before the first request.
    /// </summary>
    public async Task RecoverAsync()
    {
        var unclear = entries.Values.Where(e => ContainerStates.IsAlive(e.State) || e.State is ContainerState.Starting or ContainerState.Removing).ToList();
        var isCopying = entries.Values.Any(static e => e.State == ContainerState.Creating);
        var living = isCopying || unclear.Count + throwAways.Count > 0 ? (await keeper.ListAsync().ConfigureAwait(false)).ToDictionary(p => p.Id) : [];
        foreach (var entry in unclear)
        {
            await RecoverOneAsync(entry, living).ConfigureAwait(false);
        }

        foreach (var entry in entries.Values.Where(static e => e.Spec.FormerLimits is not null))
        {
            await FinishLimitsAsync(entry).ConfigureAwait(false);
        }

        foreach (var entry in entries.Values.Where(static e => e.Spec.FormerVolumes is not null))
        {
            await FinishRemountingAsync(entry).ConfigureAwait(false);
        }

        foreach (var entry in entries.Values.Where(static e => e.Spec.Adapters.Any(static adapter => adapter.Step != ContainerAdapterStep.None)))
        {
            SettleAdapters(entry);
        }

        await UndoClonesAsync(living).ConfigureAwait(false);
        await UndoExportsAsync().ConfigureAwait(false);
        var lost = throwAways.Values.ToList();
        foreach (var entry in lost)
        {
            entry.Process = living.GetValueOrDefault(entry.Run!.LaunchId);
        }

        // Before anything is started: what is made from now on is not of the agent before.
        var stale = cgroups.Others(entries.Values.Where(e => e.Process is not null).Select(e => e.Run!.Cgroup).ToHashSet());
        foreach (var entry in unclear.Where(static e => e.Run is { StartAgain: true }))
        {
            await FinishReplacingAsync(entry).ConfigureAwait(false);
        }

        foreach (var entry in entries.Values)
        {
            RemoveWhereOver(entry); // it ended while there was no agent, or the agent before this one did not come to it
        }

        InBackground(
            async () =>
            {
                await cgroups.RemoveAsync(stale).ConfigureAwait(false);
                await cgroups.FillAsync().ConfigureAwait(false);
                await userNamespaces.FillAsync().ConfigureAwait(false);
            },
            "tidy up cgroups");
        InBackground(() => RemoveLostAsync(lost), "remove what an agent before this one left");
    }

    // Throw-away containers, generations and layers that nothing names.
    private async Task RemoveLostAsync(List<ContainerEntry> lost)
    {
        foreach (var entry in lost)
        {
            await RemoveThrowAwayAsync(entry).ConfigureAwait(false);
        }

        foreach (var entry in entries.Values.Where(e => e.Spec.LastGeneration > 0 || FolderOf(e).HasGenerations))
        {
            using (await locks.EnterAsync(entry.Id, default).ConfigureAwait(false))
            {
                if (!entry.IsRemoved)
                {
                    TryRemoveUnused(entry);
                }
            }
        }

        layers.Sweep();
    }

    // The agent before this one was taking it from one generation to another. It is what its row says, and it ran.
    private async Task FinishReplacingAsync(ContainerEntry entry)
    {
        var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        if (entry.Process is { } process)
        {
            // Nobody knows whether it was told to end.
            InBackground(
                async () =>
                {
                    using (held)
                    {
                        await SignalEndAsync(entry, process, ContainerState.Paused, atOnce: false).ConfigureAwait(false);
                        await EndOfAsync(entry, process).ConfigureAwait(false);
                        var cgroup = entry.Run!.Cgroup;
                        entry.Process = null;
                        process.Dispose();
                        await StartAgainAsync(entry, entry.Spec).ConfigureAwait(false);
                        await cgroups.RemoveAsync(cgroup).ConfigureAwait(false);
                    }
                },
                $"start container '{entry.Name}' again");
            return;
        }

        using (held)
        {
            try
            {
                await StartAgainAsync(entry, entry.Spec).ConfigureAwait(false);
            }
            catch (VirtException e)
            {
                AgentLog.Error($"Could not start container '{entry.Name}' again", e); // its state says so too
            }
        }
    }

    private async Task RecoverOneAsync(ContainerEntry entry, Dictionary<Guid, KeptProcess> living)
    {
        if (entry.State == ContainerState.Removing)
        {
            await RemoveAsync(entry).ConfigureAwait(false);
            return;
        }

        if (entry.Run is not { } run)
        {
            entry.Set(table, ContainerState.Created, null); // it was made in order to be started, and never came to that
            return;
        }

        if (living.TryGetValue(run.LaunchId, out var process) || (process = WithoutKeeper(run)) is not null)
        {
            entry.Process = process;
            TakeOver(entry);
            if (run.StartAgain && entry.State == ContainerState.Stopping)
            {
                return; // FinishReplacingAsync
            }

            var identity = process.Identity;
            var isFrozen = cgroups.Open(run.Cgroup).ReadIsFrozen();
            entry.Set(table, isFrozen ? ContainerState.Paused : ContainerState.Running, run with { ProcessId = identity.Id, Inode = identity.Inode, StartTicks = identity.StartTicks, StartTime = run.StartTime ?? time.GetUtcNow(), StartAgain = false });
            _ = FollowAsync(entry, process);
        }
        else if (run.StartAgain && entry.State == ContainerState.Stopping)
        {
            // FinishReplacingAsync
        }
        else if (ExitFile.Read(FolderOf(entry).Exit) is { } status)
        {
            if (IsToRunOn(run, status))
            {
                SetStartsAgain(entry, run);
                return; // FinishReplacingAsync
            }

            entry.Set(table, ContainerState.Stopped, Ended(entry.Spec, run with { StartAgain = false, StartTime = run.StartTime ?? status.Time }, status));
        }
        else if (run.StartAgain)
        {
            // FinishReplacingAsync
        }
        else if (entry.State == ContainerState.Starting)
        {
            entry.Set(table, ContainerState.Failed, run with { Status = "The agent ended while it was being started.", ExitTime = time.GetUtcNow() });
        }
        else
        {
            entry.Set(table, ContainerState.Stopped, Ended(entry.Spec, run, ExitStatus.Unknown(time.GetUtcNow())));
        }
    }

    // A process that has lost its keeper still is what its pidfd says.
    private static KeptProcess? WithoutKeeper(ContainerRun run) => run.ProcessId == 0
        ? null
        : KeptProcess.Adopt(run.LaunchId, new ProcessIdentity(run.ProcessId, run.Inode, run.StartTicks));
}
