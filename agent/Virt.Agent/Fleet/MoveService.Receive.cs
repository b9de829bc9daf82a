using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Agent.Vms.Qmp;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>Between agents: how a destination receives, promises and takes.</summary>
public sealed partial class MoveService
{
    private const string MoveNotFound = "MoveNotFound";

    /// <summary>Lasts as long as the move. Ends with an error when this side gives up; where the source leaves, this side settles by itself.</summary>
    /// <exception cref="VirtException">NotFound; whatever ended the move.</exception>
    public async Task<MoveAnswer> WatchAsync(MoveCall name, VirtPeer peer, Call call)
    {
        var receiving = FindIncoming(name, peer);
        try
        {
            await receiving.Ended.WaitAsync(call.Cancellation).ConfigureAwait(false);
            return Stand(name, peer);
        }
        catch (Exception e)
        {
            if (e is OperationCanceledException)
            {
                AgentLog.Warning($"The source of the move of VM '{receiving.Offer.Machine.VMName}', host '{peer.Name}', is gone");
            }

            receiving.Lose();
            if (receiving.Entry is not null)
            {
                _ = Task.Run(() => DropAsync(receiving), CancellationToken.None);
            }

            throw;
        }
    }

    /// <summary>Waits until everything is here, and promises to follow the source's decision.</summary>
    /// <exception cref="VirtException">NotFound; Unavailable or DataLoss: it did not come whole.</exception>
    public async Task<MoveAnswer> PrepareAsync(MoveCall name, VirtPeer peer, Call call)
    {
        var receiving = FindIncoming(name, peer);
        var entry = receiving.Entry!;
        receiving.Clock.Note("until asked for a promise");
        using var going = CancellationTokenSource.CreateLinkedTokenSource(receiving.Lost, call.Cancellation);
        try
        {
            await AwaitAllAsync(receiving, entry, going.Token).ConfigureAwait(false);
            await FaultPoint.ReachAsync(MovePoint.Loaded, going.Token).ConfigureAwait(false);
            going.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (receiving.Reason is not null)
        {
            // This side gave up, and nobody cancelled.
            throw receiving.Reason;
        }

        await vms.PromiseAsync(entry).ConfigureAwait(false);
        receiving.Clock.Note("promising");
        await FaultPoint.ReachAsync(MovePoint.Prepared).ConfigureAwait(false);
        return Stand(name, peer);
    }

    /// <summary>The source has released the machine. May be repeated.</summary>
    public async Task<MoveAnswer> CommitAsync(MoveCall name, VirtPeer peer)
    {
        if (FindMoving(name, peer) is { } entry)
        {
            var receiving = incoming.GetValueOrDefault(name.MoveId);
            receiving?.Clock.Note("until it was decided");
            await vms.TakeAsync(entry).ConfigureAwait(false);
            receiving?.Clock.Note("taking it");
        }

        return Stand(name, peer);
    }

    /// <summary>The source has nothing left of the move: it is over where this side owns the machine, and undone where not. May be repeated.</summary>
    public async Task<MoveAnswer> FinishAsync(MoveCall name, VirtPeer peer)
    {
        if (FindMoving(name, peer) is { } entry)
        {
            if (!await vms.EndMoveAsync(entry).ConfigureAwait(false))
            {
                InBackground(entry.Name, () => ResolveAsync(entry));
            }

            await vms.DiscardAsync(entry).ConfigureAwait(false);
        }

        if (incoming.TryRemove(name.MoveId, out var receiving))
        {
            AgentLog.Info(FormattableString.Invariant($"The move of VM '{receiving.Offer.Machine.VMName}' from host '{peer.Name}' took {receiving.Clock}"));
            await receiving.DisposeAsync().ConfigureAwait(false);
        }

        return new MoveAnswer();
    }

    /// <summary>How a move stands on this side.</summary>
    public Task<MoveAnswer> AskAsync(MoveCall name, VirtPeer peer) => Task.FromResult(Stand(name, peer));

    private async Task AwaitAllAsync(IncomingMove receiving, VmEntry entry, CancellationToken cancellation)
    {
        try
        {
            if (receiving.Watch is { } watch)
            {
                await watch.WhenAsync(static w => w.Status is "completed" or "failed", cancellation).ConfigureAwait(false);
                receiving.Clock.Note("until all is here");
                if (watch.Status == "failed")
                {
                    throw new VirtException(ErrorCode.Unavailable, "QemuReceiveFailed", $"Cannot move VM '{entry.Name}': QEMU at the destination could not take what came.", entry.Name, "Compare-VM");
                }

                // Not sooner: QEMU 7.2 waits for the end of it in a loop of its own, in which it would load the guest's devices, and the guest's disk then hangs.
                if (receiving.CopiesDisks)
                {
                    await entry.Session!.EndServingDisksAsync(cancellation).ConfigureAwait(false);
                }
            }

            await receiving.Copying.WaitAsync(cancellation).ConfigureAwait(false);
            if (receiving is { CopiesDisks: true, Watch: null })
            {
                await vms.JoinLayersAsync(entry, cancellation).ConfigureAwait(false);
            }
        }
        catch (QmpClosedException e)
        {
            throw VmErrors.NoMonitor("move", entry.Name, e);
        }
        catch (QmpException e)
        {
            throw VmErrors.Refused("move", entry.Name, e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw NotWhole(entry.Name, "its disk", e);
        }
    }

    // Only the other side of the move may know of it.
    private VmEntry? FindMoving(MoveCall name, VirtPeer peer) =>
        vms.FindMoving(name.VMId, name.MoveId) is { } entry && entry.Spec.Move?.Peer == peer.Fingerprint ? entry : null;

    private MoveAnswer Stand(MoveCall name, VirtPeer peer) => FindMoving(name, peer) is { } entry
        ? new MoveAnswer
        {
            Stage = entry.Spec.Move?.Stage ?? MoveStage.Unknown,
            State = entry.State,
            Status = entry.Run?.Status ?? "",
            RanFor = entry.Session?.ContinuedAt is { } begin ? time.GetElapsedTime(begin) : null,
        }
        : new MoveAnswer();

    private IncomingMove FindIncoming(MoveCall name, VirtPeer peer) =>
        incoming.TryGetValue(name.MoveId, out var receiving) && receiving.Peer.Fingerprint == peer.Fingerprint
            ? receiving
            : throw new VirtException(ErrorCode.NotFound, MoveNotFound, $"Cannot go on with move {name.MoveId}: host '{peers.HostName}' does not know it (any more).", name.MoveId.ToString());
}
