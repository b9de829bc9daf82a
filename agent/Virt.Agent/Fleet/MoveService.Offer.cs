using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Agent.Vms.Qmp;
using Virt.Linux.Sockets;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>Between agents: how a destination makes itself ready.</summary>
public sealed partial class MoveService
{
    private static readonly TimeSpan FlushPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes everything ready to receive a machine: its row, its files, its QEMU, and the ends of the streams.</summary>
    /// <exception cref="VirtException">What <see cref="VmService.ReceiveAsync"/> throws; nothing is left then.</exception>
    public async Task<MoveAnswer> OfferAsync(OfferMove offer, VirtPeer peer, Call call)
    {
        var receiving = new IncomingMove(offer, peer);

        // Before the first wait: the call that watches this move comes on the heels of this one.
        if (!incoming.TryAdd(offer.MoveId, receiving))
        {
            throw new VirtException(ErrorCode.Conflict, "MoveExists", $"Cannot move VM '{offer.Machine.VMName}': its move {offer.MoveId} is known already.", offer.Machine.VMName);
        }

        using var going = CancellationTokenSource.CreateLinkedTokenSource(receiving.Lost, call.Cancellation);
        try
        {
            await ReceiveAsync(receiving, going.Token).ConfigureAwait(false);
            await FaultPoint.ReachAsync(MovePoint.Ready, going.Token).ConfigureAwait(false);
            going.Token.ThrowIfCancellationRequested();
            return new MoveAnswer { Stage = MoveStage.Receiving, State = VMState.Receiving };
        }
        catch (Exception e)
        {
            var reason = e switch
            {
                _ when receiving.Reason is { } told => told,
                QmpClosedException closed => VmErrors.NoMonitor("move", offer.Machine.VMName, closed),
                QmpException refused => VmErrors.Refused("move", offer.Machine.VMName, refused),
                VirtException known => known,
                _ => new VirtException(ErrorReply.From(e, Methods.OfferMove.Name)),
            };

            // Who watches hears the same reason, whichever of the two answers is there first.
            receiving.Fail(reason);
            await DropAsync(receiving).ConfigureAwait(false);
            throw reason;
        }
    }

    private async Task ReceiveAsync(IncomingMove receiving, CancellationToken cancellation)
    {
        var offer = receiving.Offer;
        var move = new VmMove
        {
            Id = offer.MoveId,
            Stage = MoveStage.Receiving,
            Peer = receiving.Peer.Fingerprint,
            PeerName = receiving.Peer.Name,
            Epoch = offer.Epoch,
            IsLive = offer.Machine.IsLive,
            IsPaused = offer.IsPaused,
            AreDisksShared = offer.AreDisksShared,
            StartTime = time.GetUtcNow(),
        };
        if (offer.AreDisksShared && offer.Machine.Disks.FirstOrDefault(static disk => !VmService.IsSameDisk(disk)) is { } other)
        {
            throw new VirtException(ErrorCode.Conflict, "DiskNotShared", $"Cannot move VM '{offer.Machine.VMName}': what is at '{other.Path}' on host '{peers.HostName}' is another disk, or an old copy.", other.Path, "Compare-VM");
        }

        var entry = await vms.ReceiveAsync(offer, move, (paths, going) => ReceiveKeptAsync(receiving, paths, going), cancellation).ConfigureAwait(false);
        receiving.Entry = entry;
        if (offer.Machine.IsLive)
        {
            await ConnectQemuAsync(receiving, entry, entry.Session!, cancellation).ConfigureAwait(false);
            _ = FollowQemuAsync(receiving, entry.Name, entry.Process!);
        }
        else if (!offer.AreDisksShared)
        {
            receiving.Copying = await ReceiveFilesAsync(receiving, cancellation).ConfigureAwait(false);
        }
    }

    // All streams are there before the first byte is read; the source sends one file after the other.
    private async Task<Task> ReceiveFilesAsync(IncomingMove receiving, CancellationToken cancellation)
    {
        var files = new List<Task>();
        foreach (var disk in receiving.Offer.Disks)
        {
            var stream = await streams.TakeAsync(receiving.Peer.Fingerprint, disk.Token, cancellation).ConfigureAwait(false);
            await receiving.OwnAsync(stream).ConfigureAwait(false);
            files.Add(Task.Run(() => new SparseFile(stream).ReceiveAsync(disk.Path, receiving.Lost), CancellationToken.None));
        }

        return Task.WhenAll(files);
    }

    private async Task ConnectQemuAsync(IncomingMove receiving, VmEntry entry, VmSession session, CancellationToken cancellation)
    {
        receiving.Watch = new MigrationWatch(session);
        if (receiving.CopiesDisks)
        {
            await ConnectDisksAsync(receiving, entry, session, cancellation).ConfigureAwait(false);
        }

        var remote = await streams.TakeAsync(receiving.Peer.Fingerprint, receiving.Offer.StreamToken, cancellation).ConfigureAwait(false);
        var (own, other) = SocketPair.Make(StreamPump.BufferBytes);
        using (other)
        {
            await receiving.OwnAsync(StreamPump.Start(own, remote)).ConfigureAwait(false);
            await session.GiveAsync(MemoryDescriptor, other, cancellation).ConfigureAwait(false);
        }

        await session.ReceiveAsync(MemoryDescriptor, cancellation).ConfigureAwait(false);
    }

    // QEMU's NBD server takes a socket that listens; nobody but the agent reaches its folder.
    private async Task ConnectDisksAsync(IncomingMove receiving, VmEntry entry, VmSession session, CancellationToken cancellation)
    {
        var path = vms.NbdSocketOf(entry);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(receiving.Offer.Disks.Length);
        await session.GiveAsync(DiskDescriptor, listener.SafeHandle, cancellation).ConfigureAwait(false);
        await session.ServeDisksAsync(DiskDescriptor, Array.ConvertAll(receiving.Offer.Machine.Disks, static disk => disk.Name), cancellation).ConfigureAwait(false);
        foreach (var disk in receiving.Offer.Disks)
        {
            var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendBufferSize = StreamPump.BufferBytes };
            try
            {
                await local.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
                var copy = await streams.TakeAsync(receiving.Peer.Fingerprint, disk.Token, cancellation).ConfigureAwait(false);
                await receiving.OwnAsync(StreamPump.Start(local, copy)).ConfigureAwait(false);
            }
            catch
            {
                local.Dispose();
                throw;
            }

            _ = Task.Run(() => KeepFlushedAsync(receiving, disk.Path), CancellationToken.None);
        }
    }

    // QEMU syncs the copy while the guest stands still: as little as can be is left to be written then.
    private async Task KeepFlushedAsync(IncomingMove receiving, string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            while (!receiving.Ended.IsCompleted)
            {
                RandomAccess.FlushToDisk(file);
                await Task.Delay(FlushPause, time, receiving.Lost).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException or ObjectDisposedException)
        {
            // QEMU will say so if it matters.
        }
    }

    // A QEMU that ends before the decision ends the move, and the source goes on.
    private async Task FollowQemuAsync(IncomingMove receiving, string name, VmProcess process)
    {
        await Task.WhenAny(process.Ended, receiving.Ended).ConfigureAwait(false);
        if (process.Ended.IsCompleted)
        {
            receiving.Fail(VmErrors.ReceiverEnded(name, peers.HostName));
        }
    }

    // Throws away what was received, unless it was promised: then the source is asked.
    private async Task DropAsync(IncomingMove receiving)
    {
        incoming.TryRemove(receiving.Offer.MoveId, out _);
        await receiving.DisposeAsync().ConfigureAwait(false);
        try
        {
            await receiving.Copying.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidDataException or ObjectDisposedException)
        {
            // It was to end.
        }

        if (receiving.Entry is { } entry)
        {
            await ResolveAsync(entry).ConfigureAwait(false);
        }
    }
}
