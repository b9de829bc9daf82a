using System;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Containers that go when they have ended.</content>
public sealed partial class ContainerService
{
    // Whoever follows its log has so long to read the rest of it. Its file stays readable for them after that, but not one that was begun anew meanwhile.
    private static readonly TimeSpan FollowersTimeout = TimeSpan.FromSeconds(5);

    private readonly EndedContainers gone = new();

    private static bool IsOver(ContainerEntry entry) => entry is { Spec.RemoveOnExit: true, Run: not null, State: ContainerState.Stopped or ContainerState.Failed };

    // An agent that ends leaves it to the next one.
    private void RemoveWhereOver(ContainerEntry entry)
    {
        if (!isStopping && IsOver(entry))
        {
            InBackground(() => RemoveOverAsync(entry), $"remove container '{entry.Name}' after its end");
        }
    }

    private async Task RemoveOverAsync(ContainerEntry entry)
    {
        try
        {
            await entry.Followers.Gone.WaitAsync(FollowersTimeout, ending.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // They read slowly, or not at all.
        }
        catch (OperationCanceledException)
        {
            return;
        }

        using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        // Somebody may have started it again, or removed it.
        if (!entry.IsRemoved && IsOver(entry))
        {
            await RemoveAsync(entry).ConfigureAwait(false);
        }
    }

    // Under the container's lock: with the error it is gone, and its name is free.
    private async Task LaunchOrRemoveAsync(ContainerEntry entry, ContainerRun run, CgroupLease lease, Action setStarting)
    {
        try
        {
            await LaunchAsync(entry, run, lease, setStarting).ConfigureAwait(false);
        }
        catch (VirtException) when (IsOver(entry))
        {
            try
            {
                await RemoveAsync(entry).ConfigureAwait(false);
            }
            catch (VirtException e)
            {
                AgentLog.Error($"Could not remove container '{entry.Name}' after it could not be started", e);
            }

            throw;
        }
    }

    // Its run has ended, and with it, it has gone or is going: what it was by then is the answer.
    private Container ShowEnded(ContainerEntry entry) => HasGone(entry)
        ? Show(entry) with { State = entry.Run!.StartTime is null ? ContainerState.Failed : ContainerState.Stopped }
        : Show(entry);

    private static bool HasGone(ContainerEntry entry) => entry is { Spec.RemoveOnExit: true, State: ContainerState.Removing, Run.ExitTime: not null };
}
