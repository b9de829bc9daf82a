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

/// <summary>How a running machine is sent: its disks by mirrors, then its memory, then the hand-over while the guest stands still.</summary>
public sealed partial class MoveService
{
    private const string MemoryDescriptor = "move-memory";
    private const string DiskDescriptor = "move-nbd";
    private static readonly TimeSpan ProgressPause = TimeSpan.FromMilliseconds(250);

    // What the disks have of the bar, in percent: a little is left for the memory.
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
        await SendKeptAsync(sending, offer, offered).ConfigureAwait(false);
        await session.PrepareToSendAsync(isPausing: true, sending.Going).ConfigureAwait(false);
        await using var memory = await OpenPumpAsync(sending, MemoryDescriptor, offer.StreamToken, offered, isHeld: true).ConfigureAwait(false);
        await using var pumps = new DiskPumps();
        for (var i = 0; i < offer.Disks.Length && sending.CopiesDisks; i++)
        {
            pumps.Add(await OpenPumpAsync(sending, DescriptorOf(i), offer.Disks[i].Token, offered, isHeld: false).ConfigureAwait(false));
        }

        if (pumps.Count == 0)
        {
            // To begin takes an emulated guest's QEMU a tenth of a second: as long as the destination needs for its own.
            await BeginToSendAsync(sending).ConfigureAwait(false);
        }

        await offered.ConfigureAwait(false);
        sending.Clock.Note("making ready");
        await FaultPoint.ReachAsync(MovePoint.Offered, sending.Going).ConfigureAwait(false);
        if (pumps.Count > 0)
        {
            await MirrorAsync(sending, session, watch, pumps).ConfigureAwait(false);
        }

        sending.Clock.Note("copying the disks");
        await FaultPoint.ReachAsync(MovePoint.Mirrored, sending.Going).ConfigureAwait(false);
        var flushing = FlushAsync(sending);
        sending.BeginPhase();
        if (pumps.Count > 0)
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
        if (pumps.Count > 0)
        {
            // The guest keeps its own disks, in case the move is undone.
            await session.EndMirrorsAsync(force: false, sending.Going).ConfigureAwait(false);
            await watch.WhenAsync(w => w.EndedMirrors == pumps.Count, sending.Going).ConfigureAwait(false);
            CheckMirrors(sending, watch, mayBeEnded: true);

            // At the switch-over QEMU syncs every disk that it has open: the destination must not hang up on one of them.
            await session.RemoveMirrorNodesAsync(offer.Machine.Disks.Select(static disk => disk.Name), sending.Going).ConfigureAwait(false);
            sending.Result.DiskBytesSent += pumps.Sent;
        }

        sending.Clock.Note("ending the mirrors");
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

    private static string DescriptorOf(int disk) => FormattableString.Invariant($"{DiskDescriptor}-{disk}");

    // All at once: the slowest says how long it takes.
    private static async Task MirrorAsync(OutgoingMove sending, VmSession session, MigrationWatch watch, DiskPumps pumps)
    {
        sending.BeginPhase(sending.FileBytesSent, sending.FileBytes);
        var own = sending.Entry.Spec.OwnDisks().ToList();
        for (var i = 0; i < own.Count; i++)
        {
            await session.MirrorAsync(own[i], DescriptorOf(i), sending.Going).ConfigureAwait(false);
        }

        await watch.WhenAsync(w => w.ReadyMirrors == pumps.Count || w.EndedMirrors > 0, ProgressPause, () => ReportMirrorsAsync(sending, session, pumps), sending.Going).ConfigureAwait(false);
        CheckMirrors(sending, watch, mayBeEnded: false);
        var all = sending.FileBytes + own.Sum(static disk => disk.Disk.SizeBytes);
        sending.ReportDisk(sending.FileBytesSent + pumps.Sent, all, all, DiskShare, sending.Compared.Machine.MemoryBytes);
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

    // QEMU syncs the disks when it stops the guest: what the host holds back of them is written before.
    private static Task FlushAsync(OutgoingMove sending) => Task.WhenAll(sending.Entry.Spec.OwnDisks().Select(static own => Task.Run(() => Flush(own.Disk))));

    private static void Flush(VmDisk disk)
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
    }

    private static void CheckMirrors(OutgoingMove sending, MigrationWatch watch, bool mayBeEnded)
    {
        if (watch.MirrorError.Length > 0 || (watch.EndedMirrors > 0 && !mayBeEnded))
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

    private static async Task ReportMirrorsAsync(OutgoingMove sending, VmSession session, DiskPumps pumps)
    {
        if (await session.ReadMirrorsAsync(sending.Going).ConfigureAwait(false) is { All: > 0 } mirror)
        {
            sending.ReportDisk(sending.FileBytesSent + pumps.Sent, sending.FileBytes + mirror.Done, sending.FileBytes + mirror.All, DiskShare, sending.Compared.Machine.MemoryBytes);
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

        var first = sending.CopiesDisks ? DiskShare : 0;
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
