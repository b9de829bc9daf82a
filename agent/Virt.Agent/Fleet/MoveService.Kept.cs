using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>
/// What the checkpoints of a machine keep goes first, while its guest runs, for nobody writes to it: every layer of its disks but the uppermost, and the memory and variables of each checkpoint,
/// as files by one stream (docs/adr/0035).
/// </summary>
public sealed partial class MoveService
{
    // Ends when the destination has all of it on its disk: what comes next is awaited there for seconds only.
    private async Task SendKeptAsync(OutgoingMove sending, OfferMove offer, Task offered)
    {
        if (offer.FilesToken.Length == 0)
        {
            return;
        }

        try
        {
            var stream = await OpenStreamAsync(sending, offer.FilesToken, offered).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await SendKeptAsync(sending, offer, stream).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // What the destination answers is nearer to the cause than a stream that has broken.
            await Task.WhenAny(offered, Task.Delay(ReasonTimeout)).ConfigureAwait(false);
            if (offered.IsFaulted)
            {
                await offered.ConfigureAwait(false);
            }

            throw;
        }

        sending.Clock.Note("copying what its checkpoints keep");
    }

    private static async Task SendKeptAsync(OutgoingMove sending, OfferMove offer, PeerStream stream)
    {
        const string What = "what its checkpoints keep";
        var (done, all) = (0L, sending.FileBytes + (sending.CopiesDisks ? offer.Machine.Disks.Sum(static disk => disk.AllocatedBytes) : 0));
        var share = offer.Machine.IsLive ? DiskShare : 99;
        sending.BeginPhase();
        foreach (var kept in sending.Files)
        {
            var file = new SparseFile(stream);
            await ReportFileAsync(sending, file.SendAsync(kept.Path, "", sending.Going), file, done, all, share, What).ConfigureAwait(false);
            var isFirst = done == 0;
            done += kept.LengthBytes;
            sending.Result.DiskBytesSent += file.Bytes;
            if (isFirst)
            {
                await FaultPoint.ReachAsync(MovePoint.KeptSent, sending.Going).ConfigureAwait(false);
            }
        }

        sending.FileBytesSent = sending.Result.DiskBytesSent;
        await stream.ReadExactlyAsync(new byte[1], sending.Going).ConfigureAwait(false);
        sending.ReportDisk(sending.FileBytesSent, done, all, share, 0, What);
    }

    private async Task ReceiveKeptAsync(IncomingMove receiving, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var stream = await streams.TakeAsync(receiving.Peer.Fingerprint, receiving.Offer.FilesToken, cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                foreach (var path in paths)
                {
                    await new SparseFile(stream).ReceiveAsync(path, cancellation).ConfigureAwait(false);
                }

                await stream.WriteAsync(new byte[1], cancellation).ConfigureAwait(false);
                await stream.FlushAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                throw NotWhole(receiving.Offer.Machine.VMName, "what its checkpoints keep", e);
            }
        }
    }

    private static VirtException NotWhole(string name, string what, Exception e) =>
        new(ErrorCode.DataLoss, "DiskCopyFailed", $"Cannot move VM '{name}': {what} did not come whole ({VmErrors.Sentence(e.Message)}).", name, "df -h", e);
}
