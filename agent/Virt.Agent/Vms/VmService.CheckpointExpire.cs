using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Checkpoints that go when their time has come; where it came while there was no agent, as soon as there is one.</summary>
public sealed partial class VmService
{
    private static readonly TimeSpan ExpiryRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ExpiryLockWait = TimeSpan.FromSeconds(10);

    // The clock may be set meanwhile.
    private static readonly TimeSpan LongestExpiryWait = TimeSpan.FromHours(1);

    private TaskCompletionSource expiryChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Removes checkpoints when their time comes, for the agent's life. After RecoverAsync, once requests are served.</summary>
    public void WatchExpiry() => _ = Task.Run(async () =>
    {
        try
        {
            while (true)
            {
                var changed = Volatile.Read(ref expiryChanged).Task;
                var now = time.GetUtcNow();
                await AwaitExpiryAsync(changed, now, await ExpireDueAsync(now, ending.Token).ConfigureAwait(false)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
    });

    // Whoever makes or changes one that expires.
    private void NotifyExpiry() => Interlocked.Exchange(ref expiryChanged, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    // Since `looked`, when what was due then was removed, the time of others may have come.
    private async Task AwaitExpiryAsync(Task changed, DateTimeOffset looked, bool isWhole)
    {
        var next = checkpoints.Values.Where(c => c.Phase == CheckpointPhase.Ready && c.Spec.Expires > looked).Min(static c => c.Spec.Expires);
        try
        {
            await changed.WaitAsync(DueWait.Until(next, time.GetUtcNow(), isWhole ? LongestExpiryWait : ExpiryRetry), time, ending.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The time of one has come, or it is time to look again.
        }
    }

    // One after the other, so that many at once do not load the host. False where one could not go yet.
    private async Task<bool> ExpireDueAsync(DateTimeOffset now, CancellationToken stop)
    {
        var isWhole = true;
        foreach (var checkpoint in checkpoints.Values.Where(c => c.IsVisible && c.Spec.Expires <= now).OrderBy(static c => c.Spec.Expires).ToList())
        {
            try
            {
                isWhole &= await ExpireAsync(checkpoint, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                isWhole = false;
                AgentLog.Warning($"Checkpoint '{checkpoint.Name}', whose time has come, could not be removed yet: {e.Message}");
            }
        }

        return isWhole;
    }

    // Never in the middle of something else: whoever changes the machine, or goes back to the checkpoint, holds its lock.
    private async Task<bool> ExpireAsync(CheckpointEntry checkpoint, CancellationToken stop)
    {
        if (!entries.TryGetValue(checkpoint.Spec.VMId, out var entry))
        {
            return true;
        }

        RefuseWhileMoving(RemoveVerb, entry);
        using var limit = new CancellationTokenSource(ExpiryLockWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        using var held = await locks.EnterAsync(entry.Id, either.Token).ConfigureAwait(false);
        if (entry.IsRemoved || !checkpoint.IsVisible)
        {
            return true;
        }

        VmStates.CheckRemoveCheckpoint(entry.Name, entry.State);
        if (checkpoint.Phase != CheckpointPhase.Ready)
        {
            return false;
        }

        AgentLog.Info($"The time of checkpoint '{checkpoint.Name}' of VM '{entry.Name}' has come; it is removed");
        await HideCheckpointAsync(entry, checkpoint).ConfigureAwait(false);
        entry.Tell(VirtEventAction.CheckpointRemoved, $"Its checkpoint '{checkpoint.Name}' is gone: its time had come.");
        await TryCollapseAsync(entry).ConfigureAwait(false);
        return true;
    }

    private DateTimeOffset? ExpiryOf(VmEntry entry, TimeSpan? after) => after switch
    {
        null => null,
        { Ticks: > 0 } wanted when wanted < TimeSpan.FromDays(36500) => time.GetUtcNow() + wanted,
        _ => throw new VirtException(
            ErrorCode.InvalidArgument,
            "InvalidExpiry",
            $"Cannot checkpoint VM '{entry.Name}': its checkpoint would expire after {after}; more than nothing and less than 100 years is allowed.",
            entry.Name,
            $"Checkpoint-VM -Name {entry.Name} -ExpiresAfter 7.00:00:00"),
    };
}
