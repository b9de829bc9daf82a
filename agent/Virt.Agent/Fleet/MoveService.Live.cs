using System;
using System.Globalization;
using System.IO;
using System.Linq;
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

    // What the disk has of the bar, in percent: a little is left for the memory.
    private const int DiskShare = 60;

    // How long the guest may stand still for the last of its memory: the shortest time first, more where its memory is written so fast that a short one never comes.
    private static readonly (int Rounds, TimeSpan Limit)[] LastRounds = [(10, TimeSpan.FromMilliseconds(300)), (5, TimeSpan.FromMilliseconds(150)), (0, TimeSpan.FromMilliseconds(50))];

    // Ends with the destination's promise, or throws; QEMU is then in whatever state, which TakeBack mends.
    private async Task SendLiveAsync(OutgoingMove sending, OfferMove offer)
    {
        var session = sending.Entry.Session!;
        using var watch = new MigrationWatch(session);
        sending.Report("making the destination ready");
        var offered = sending.Offer(offer);
        await session.PrepareToSendAsync(isPausing: true, sending.Going).ConfigureAwait(false);
        await using var memory = await OpenPumpAsync(sending, MemoryDescriptor, offer.StreamToken, offered, isHeld: true).ConfigureAwait(false);
        await using var disk = offer.DiskToken.Length > 0 ? await OpenPumpAsync(sending, DiskDescriptor, offer.DiskToken, offered, isHeld: false).ConfigureAwait(false) : null;
        if (disk is null)
        {
            // To begin takes an emulated guest's QEMU a tenth of a second: as long as the destination needs for its own.
            await BeginToSendAsync(sending).ConfigureAwait(false);
        }

        await offered.ConfigureAwait(false);
        sending.Clock.Note("making ready");
        await FaultPoint.ReachAsync(MovePoint.Offered, sending.Going).ConfigureAwait(false);
        if (disk is not null)
        {
            sending.BeginPhase();
            await session.MirrorAsync(DiskDescriptor, sending.Going).ConfigureAwait(false);
            await watch.WhenAsync(static w => w.IsMirrorReady || w.IsMirrorEnded, ProgressPause, () => ReportMirrorAsync(sending, session, disk), sending.Going).ConfigureAwait(false);
            CheckMirror(sending, watch, mayBeEnded: false);
            sending.ReportDisk(disk.Sent, offer.Machine.DiskSizeBytes, offer.Machine.DiskSizeBytes, DiskShare, offer.Machine.MemoryBytes);
        }

        sending.Clock.Note("copying the disk");
        await FaultPoint.ReachAsync(MovePoint.Mirrored, sending.Going).ConfigureAwait(false);
        var flushing = FlushAsync(sending);
        sending.BeginPhase();
        if (disk is not null)
        {
            await BeginToSendAsync(sending).ConfigureAwait(false);
        }

        memory.LetOut();
        await watch.WhenAsync(static w => w.Status is "pre-switchover" or "failed" or "cancelled", ProgressPause, () => ReportMemoryAsync(sending, session), sending.Going).ConfigureAwait(false);
        await CheckSentAsync(sending, session, watch).ConfigureAwait(false);
        sending.StopTime = watch.StopTime;
        await flushing.ConfigureAwait(false);
        sending.Clock.Note("copying memory");
        await FaultPoint.ReachAsync(MovePoint.Stopped, sending.Going).ConfigureAwait(false);
        if (disk is not null)
        {
            // The guest keeps its own disk, in case the move is undone.
            await session.EndMirrorAsync(force: false, sending.Going).ConfigureAwait(false);
            await watch.WhenAsync(static w => w.IsMirrorEnded, sending.Going).ConfigureAwait(false);
            CheckMirror(sending, watch, mayBeEnded: true);

            // At the switch-over QEMU syncs every disk that it has open: the destination must not hang up on one of them.
            await session.RemoveMirrorNodeAsync(sending.Going).ConfigureAwait(false);
            sending.Result.DiskBytesSent = disk.Sent;
        }

        sending.Clock.Note("ending the mirror");
        await FaultPoint.ReachAsync(MovePoint.MirrorEnded, sending.Going).ConfigureAwait(false);
        var promised = sending.Client.InvokeAsync(Methods.PrepareMove, sending.Name, sending.Going);
        await session.SwitchOverAsync(sending.Going).ConfigureAwait(false);
        await watch.WhenAsync(static w => w.Status is "completed" or "failed" or "cancelled", sending.Going).ConfigureAwait(false);
        await CheckSentAsync(sending, session, watch).ConfigureAwait(false);
        sending.Clock.Note("sending the rest");
        await promised.ConfigureAwait(false);
        sending.Clock.Note("waiting for the promise");
        sending.Result.MemoryBytesSent = memory.Sent;
    }

    // What is sent waits in the socket until the pump lets it out.
    private static async Task BeginToSendAsync(OutgoingMove sending)
    {
        await sending.Entry.Session!.SetLastRoundAsync(LastRounds[^1].Limit, sending.Going).ConfigureAwait(false);
        await sending.Entry.Session!.SendAsync(MemoryDescriptor, sending.Going).ConfigureAwait(false);
    }

    private async Task<StreamPump> OpenPumpAsync(OutgoingMove sending, string descriptor, byte[] token, Task offered, bool isHeld)
    {
        var remote = await OpenStreamAsync(sending, token, offered).ConfigureAwait(false);
        var (own, other) = SocketPair.Make(StreamPump.BufferBytes);
        using (other)
        {
            var pump = StreamPump.Start(own, remote, isHeld);
            try
            {
                await sending.Entry.Session!.GiveAsync(descriptor, other, sending.Going).ConfigureAwait(false);
                return pump;
            }
            catch
            {
                await pump.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task<PeerStream> OpenStreamAsync(OutgoingMove sending, byte[] token, Task offered)
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

    // QEMU syncs the disk when it stops the guest: what the host holds back of it is written before.
    private static Task FlushAsync(OutgoingMove sending) => sending.Entry.Spec.Disk is not { } disk ? Task.CompletedTask : Task.Run(() =>
    {
        try
        {
            using var file = File.OpenHandle(disk.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // QEMU will say so if it matters.
        }
    });

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
        if (await session.ReadMirrorAsync(sending.Going).ConfigureAwait(false) is { All: > 0 } mirror)
        {
            sending.ReportDisk(disk.Sent, mirror.Done, mirror.All, DiskShare, sending.Compared.Machine.MemoryBytes);
        }
    }

    private static async Task ReportMemoryAsync(OutgoingMove sending, VmSession session)
    {
        var figures = await session.ReadMigrationAsync(sending.Going).ConfigureAwait(false);
        if (figures.TotalBytes == 0)
        {
            return;
        }

        await session.SetLastRoundAsync(LastRounds.First(step => figures.Rounds >= step.Rounds).Limit, sending.Going).ConfigureAwait(false);

        var first = sending.CopiesDisk ? DiskShare : 0;
        sending.Done.Note(figures.WrittenBytes);
        var dirty = figures.DirtyBytesPerSecond > 0 ? figures.DirtyBytesPerSecond : sending.Done.BytesPerSecond ?? 0;
        var net = figures.BytesPerSecond - dirty;
        TimeSpan? left = net > 0 ? TimeSpan.FromSeconds((double)figures.RemainingBytes / net) : null;
        var status = string.Create(CultureInfo.InvariantCulture, $"copying memory, round {figures.Rounds}, {figures.SentBytes >> 20} MB sent; the guest writes {dirty >> 20} MB/s");
        sending.Report(
            left is null && figures.Rounds > 1 ? status + ", faster than it can be sent" : status,
            first + (int)((figures.TotalBytes - figures.RemainingBytes) * (99 - first) / figures.TotalBytes),
            left,
            figures.BytesPerSecond,
            dirty);
    }
}
