using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>How a stopped machine is sent: its disks' files, without their holes, with a checksum each.</summary>
public sealed partial class MoveService
{
    private static async Task ReportFileAsync(OutgoingMove sending, Task copying, SparseFile file, long before, long length, int share = 99, string? what = null)
    {
        while (await Task.WhenAny(copying, Task.Delay(ProgressPause)).ConfigureAwait(false) != copying)
        {
            sending.ReportDisk(sending.Result.DiskBytesSent + file.Bytes, before + file.Position, length, share, 0, what);
        }

        await copying.ConfigureAwait(false);
    }

    private async Task SendColdAsync(OutgoingMove sending, OfferMove offer)
    {
        sending.Report("making the destination ready");
        var offered = sending.Offer(offer);
        await SendKeptAsync(sending, offer, offered).ConfigureAwait(false);
        var files = new List<PeerStream>();
        try
        {
            // The destination answers when all of them are there.
            foreach (var disk in offer.Disks.Where(static disk => disk.Token.Length > 0))
            {
                files.Add(await OpenStreamAsync(sending, disk.Token, offered).ConfigureAwait(false));
            }

            await offered.ConfigureAwait(false);
            await FaultPoint.ReachAsync(MovePoint.Offered, sending.Going).ConfigureAwait(false);
            await SendFilesAsync(sending, offer.Machine.Disks, files).ConfigureAwait(false);

            // What is disposed of sooner may take back what the destination has not read yet.
            await sending.Client.InvokeAsync(Methods.PrepareMove, sending.Name, sending.Going).ConfigureAwait(false);
        }
        finally
        {
            foreach (var stream in files)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task SendFilesAsync(OutgoingMove sending, MoveDisk[] disks, List<PeerStream> streams)
    {
        var (done, all) = (sending.FileBytes, sending.FileBytes + disks.Sum(static disk => disk.AllocatedBytes));
        sending.BeginPhase(sending.FileBytesSent, sending.FileBytes);
        foreach (var (disk, stream) in disks.Zip(streams))
        {
            var file = new SparseFile(stream);
            await ReportFileAsync(sending, file.SendAsync(disk.Path, MovePoint.Copying, sending.Going), file, done, all).ConfigureAwait(false);
            await stream.ShutdownAsync().ConfigureAwait(false);
            done += disk.AllocatedBytes;
            sending.Result.DiskBytesSent += file.Bytes;
            sending.ReportDisk(sending.Result.DiskBytesSent, done, all, 99, 0);
        }
    }
}
