using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>How a stopped machine is sent: its disk's file, without its holes, with a checksum.</summary>
public sealed partial class MoveService
{
    private static async Task ReportFileAsync(OutgoingMove sending, Task copying, SparseFile file, long length)
    {
        sending.BeginPhase();
        while (await Task.WhenAny(copying, Task.Delay(ProgressPause)).ConfigureAwait(false) != copying)
        {
            sending.ReportDisk(file.Bytes, file.Position, length, 99, 0);
        }

        await copying.ConfigureAwait(false);
        sending.ReportDisk(file.Bytes, length, length, 99, 0);
    }

    private async Task SendColdAsync(OutgoingMove sending, OfferMove offer)
    {
        sending.Report("making the destination ready");
        var offered = sending.Offer(offer);
        if (offer.StreamToken.Length == 0)
        {
            await offered.ConfigureAwait(false);
            await FaultPoint.ReachAsync(MovePoint.Offered, sending.Going).ConfigureAwait(false);
        }
        else
        {
            await using var stream = await OpenStreamAsync(sending, offer.StreamToken, offered).ConfigureAwait(false);
            await offered.ConfigureAwait(false);
            await FaultPoint.ReachAsync(MovePoint.Offered, sending.Going).ConfigureAwait(false);
            var file = new SparseFile(stream);
            await ReportFileAsync(sending, file.SendAsync(offer.Machine.DiskPath, sending.Going), file, offer.Machine.DiskAllocatedBytes).ConfigureAwait(false);
            await stream.ShutdownAsync().ConfigureAwait(false);
            sending.Result.DiskBytesSent = file.Bytes;
            await sending.Client.InvokeAsync(Methods.PrepareMove, sending.Name, sending.Going).ConfigureAwait(false);
            return;
        }

        await sending.Client.InvokeAsync(Methods.PrepareMove, sending.Name, sending.Going).ConfigureAwait(false);
    }
}
