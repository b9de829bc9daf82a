using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Linux.Processes;

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
        if (unclear.Count > 0)
        {
            var living = (await keeper.ListAsync().ConfigureAwait(false)).ToDictionary(p => p.Id);
            foreach (var entry in unclear)
            {
                Recover(entry, living);
            }
        }

        var inUse = entries.Values.Where(e => e.Process is not null).Select(e => e.Run!.Cgroup).ToHashSet();
        InBackground(
            async () =>
            {
                await cgroups.RemoveOthersAsync(inUse).ConfigureAwait(false);
                await cgroups.FillAsync().ConfigureAwait(false);
            },
            "tidy up cgroups");
    }

    private void Recover(ContainerEntry entry, Dictionary<Guid, KeptProcess> living)
    {
        if (entry.State == ContainerState.Removing)
        {
            Remove(entry);
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
            var identity = process.Identity;
            entry.Set(table, ContainerState.Running, run with { ProcessId = identity.Id, Inode = identity.Inode, StartTicks = identity.StartTicks, StartTime = run.StartTime ?? time.GetUtcNow() });
            _ = FollowAsync(entry, process);
        }
        else if (ExitFile.Read(FolderOf(entry).Exit) is { } status)
        {
            entry.Set(table, ContainerState.Stopped, Ended(run with { StartTime = run.StartTime ?? status.Time }, status));
        }
        else if (entry.State == ContainerState.Starting)
        {
            entry.Set(table, ContainerState.Failed, run with { Status = "The agent ended while it was being started.", ExitTime = time.GetUtcNow() });
        }
        else
        {
            entry.Set(table, ContainerState.Stopped, Ended(run, ExitStatus.Unknown(time.GetUtcNow())));
        }
    }

    // A process that has lost its keeper still is what its pidfd says.
    private static KeptProcess? WithoutKeeper(ContainerRun run) => run.ProcessId == 0
        ? null
        : KeptProcess.Adopt(run.LaunchId, new ProcessIdentity(run.ProcessId, run.Inode, run.StartTicks));
}
