using System;
using System.Globalization;
using System.Net.Security;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Linux.Sockets;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>How a running machine is sent: its disk by a mirror, then its memory, then the hand-over while the guest stands still.</summary>
public sealed partial class MoveService
{
    private const string MemoryDescriptor = "move-memory";
    private const string DiskDescriptor = "move-nbd";
    private static readonly TimeSpan ProgressPause = TimeSpan.FromMilliseconds(250);

    // Ends with the destination's promise, or throws; QEMU is then in whatever state, which TakeBack mends.
    private async Task SendLiveAsync(OutgoingMove sending, OfferMove offer)
    {
        var session = sending.Entry.Session!;
        using var watch = new MigrationWatch(session);
        sending.Report("making the destination ready");
        var offered = sending.Offer(offer);
        var preparing = session.PrepareToSendAsync(isPausing: true, sending.Going);
        await using var memory = await OpenPumpAsync(sending, MemoryDescriptor, offer.StreamToken, offered).ConfigureAwait(false);
        await using var disk = offer.DiskToken.Length > 0 ? await OpenPumpAsync(sending, DiskDescriptor, offer.DiskToken, offered).ConfigureAwait(false) : null;
        await preparing.ConfigureAwait(false);
        await offered.ConfigureAwait(false);
        await FaultPoint.ReachAsync(MovePoint.Offered, sending.Going).ConfigureAwait(false);
        if (disk is not null)
        {
            await session.MirrorAsync(DiskDescriptor, sending.Going).ConfigureAwait(false);
            await watch.WhenAsync(static w => w.IsMirrorReady || w.IsMirrorEnded, ProgressPause, () => ReportMirrorAsync(sending, session, disk), sending.Going).ConfigureAwait(false);
            CheckMirror(sending, watch, mayBeEnded: false);
        }

        await FaultPoint.ReachAsync(MovePoint.Mirrored, sending.Going).ConfigureAwait(false);
        await session.SendAsync(MemoryDescriptor, sending.Going).ConfigureAwait(false);
        await watch.WhenAsync(static w => w.Status is "pre-switchover" or "failed" or "cancelled", ProgressPause, () => ReportMemoryAsync(sending, session), sending.Going).ConfigureAwait(false);
        await CheckSentAsync(sending, session, watch).ConfigureAwait(false);
        sending.StopTime = watch.StopTime;
        await FaultPoint.ReachAsync(MovePoint.Stopped, sending.Going).ConfigureAwait(false);
        if (disk is not null)
        {
            // The guest keeps its own disk, in case the move is undone.
            await session.EndMirrorAsync(force: false, sending.Going).ConfigureAwait(false);
            await watch.WhenAsync(static w => w.IsMirrorEnded, sending.Going).ConfigureAwait(false);
            CheckMirror(sending, watch, mayBeEnded: true);
            await session.RemoveMirrorNodeAsync(sending.Going).ConfigureAwait(false);
            sending.Result.DiskBytesSent = disk.Sent;
        }

        await FaultPoint.ReachAsync(MovePoint.MirrorEnded, sending.Going).ConfigureAwait(false);
        var promised = sending.Client.InvokeAsync(Methods.PrepareMove, sending.Name, sending.Going);
        await session.SwitchOverAsync(sending.Going).ConfigureAwait(false);
        await watch.WhenAsync(static w => w.Status is "completed" or "failed" or "cancelled", sending.Going).ConfigureAwait(false);
        await CheckSentAsync(sending, session, watch).ConfigureAwait(false);
        await promised.ConfigureAwait(false);
    }

    private async Task<StreamPump> OpenPumpAsync(OutgoingMove sending, string descriptor, byte[] token, Task offered)
    {
        var remote = await OpenStreamAsync(sending, token, offered).ConfigureAwait(false);
        var (own, other) = SocketPair.Make(StreamPump.BufferBytes);
        using (other)
        {
            var pump = StreamPump.Start(own, remote);
            await sending.Entry.Session!.GiveAsync(descriptor, other, sending.Going).ConfigureAwait(false);
            return pump;
        }
    }

    private async Task<SslStream> OpenStreamAsync(OutgoingMove sending, byte[] token, Task offered)
    {
        // An offer that is refused tells why; the stream would only be cut.
        var opening = peers.ConnectAsync(sending.Compared.Peer, PeerChannel.StreamProtocol, sending.Going);
        if (await Task.WhenAny(opening, offered).ConfigureAwait(false) == offered)
        {
            await offered.ConfigureAwait(false);
        }

        var remote = await opening.ConfigureAwait(false);
        await remote.WriteAsync(token, sending.Going).ConfigureAwait(false);
        return remote;
    }

    private static void CheckMirror(OutgoingMove sending, MigrationWatch watch, bool mayBeEnded)
    {
        if (watch.MirrorError.Length > 0 || (watch.IsMirrorEnded && !mayBeEnded))
        {
            throw new VirtException(ErrorCode.Unavailable, "QemuSendFailed", $"Cannot move VM '{sending.Entry.Name}': its disk could not be copied ({VmErrors.Sentence(watch.MirrorError)}).", sending.Entry.Name, "Compare-VM");
        }
    }

    private static async Task CheckSentAsync(OutgoingMove sending, VmSession session, MigrationWatch watch)
    {
        if (watch.Status is "failed" or "cancelled")
        {
            var error = (await session.ReadMigrationAsync(sending.Going).ConfigureAwait(false)).Error;
            throw new VirtException(ErrorCode.Unavailable, "QemuSendFailed", $"Cannot move VM '{sending.Entry.Name}': QEMU could not send its memory ({VmErrors.Sentence(error.Length > 0 ? error : watch.Status)}).", sending.Entry.Name, "Compare-VM");
        }
    }

    private static async Task ReportMirrorAsync(OutgoingMove sending, VmSession session, StreamPump disk)
    {
        if (await session.ReadMirrorAsync(sending.Going).ConfigureAwait(false) is not { All: > 0 } mirror)
        {
            return;
        }

        // A little of the bar is left for the memory.
        sending.Report(string.Create(CultureInfo.InvariantCulture, $"copying the disk, {disk.Sent >> 20} MB sent"), (int)(mirror.Done * 60 / mirror.All));
    }

    private static async Task ReportMemoryAsync(OutgoingMove sending, VmSession session)
    {
        var figures = await session.ReadMigrationAsync(sending.Going).ConfigureAwait(false);
        if (figures.TotalBytes == 0)
        {
            return;
        }

        var first = sending.CopiesDisk ? 60 : 0;
        var net = figures.BytesPerSecond - figures.DirtyBytesPerSecond;
        TimeSpan? left = net > 0 ? TimeSpan.FromSeconds((double)figures.RemainingBytes / net) : null;
        var status = string.Create(CultureInfo.InvariantCulture, $"copying memory, round {figures.Rounds}, {figures.SentBytes >> 20} MB sent; the guest writes {figures.DirtyBytesPerSecond >> 20} MB/s");
        sending.Report(
            left is null && figures.Rounds > 1 ? status + ", faster than it can be sent" : status,
            first + (int)((figures.TotalBytes - figures.RemainingBytes) * (99 - first) / figures.TotalBytes),
            left,
            figures.BytesPerSecond);
    }
}
