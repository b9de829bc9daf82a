using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>A move at its destination while it runs: what is in memory only, and is lost with the agent.</summary>
internal sealed class IncomingMove(OfferMove offer, VirtPeer peer) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource lost = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<IAsyncDisposable>? owned = [];

    public OfferMove Offer => offer;

    public VirtPeer Peer => peer;

    /// <summary>What has been done of it, for the log.</summary>
    public MoveClock Clock { get; } = new();

    /// <summary>Null until its row is made.</summary>
    public VmEntry? Entry { get; set; }

    /// <summary>Follows QEMU; null for a stopped machine.</summary>
    public MigrationWatch? Watch { get; set; }

    /// <summary>The disks travel.</summary>
    public bool CopiesDisks => !offer.AreDisksShared && offer.Disks.Length > 0;

    /// <summary>Receives a stopped machine's disks.</summary>
    public Task Copying { get; set; } = Task.CompletedTask;

    /// <summary>Cancelled when the source is gone, or this side gives up.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Faults with the reason why this side gives up.</summary>
    public Task Ended => ended.Task;

    /// <summary>Why this side gave up; null where it has not.</summary>
    public VirtException? Reason => MoveReason.Of(Ended);

    /// <summary>Lets something end with the move; at once where that has ended.</summary>
    public async ValueTask OwnAsync(IAsyncDisposable thing)
    {
        lock (gate)
        {
            if (owned is not null)
            {
                owned.Add(thing);
                return;
            }
        }

        await thing.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>This side cannot go on.</summary>
    public void Fail(VirtException reason)
    {
        ended.TrySetException(reason);
        lost.Cancel();
    }

    /// <summary>The source is gone.</summary>
    public void Lose() => lost.Cancel();

    public async ValueTask DisposeAsync()
    {
        List<IAsyncDisposable> things;
        lock (gate)
        {
            things = owned ?? [];
            owned = null;
        }

        Watch?.Dispose();
        ended.TrySetResult();
        foreach (var thing in things)
        {
            await thing.DisposeAsync().ConfigureAwait(false);
        }
    }
}
