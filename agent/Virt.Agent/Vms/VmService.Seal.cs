using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Agent.Images.VmImages;
using Virt.Agent.Vms.Qga;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>How a copy of a disk forgets whose it was: its guest comes up once in a QEMU that is no machine of anybody, without a network, and does it itself by its guest agent.</summary>
public sealed partial class VmService
{
    private const string ShellPath = "/bin/sh";

    /// <summary>Ends what an agent before this one was making images, or states of images, with. Must come before <see cref="VmImageStore.Recover"/>.</summary>
    public async Task EndSealsAsync(IReadOnlyList<(Guid Id, string Disk)> unfinished)
    {
        if (unfinished.Count == 0)
        {
            return;
        }

        var kept = await ListKeptAsync().ConfigureAwait(false);
        foreach (var (id, disk) in unfinished)
        {
            foreach (var process in kept.Where(process => process.Id == id || HasArgument(process.ProcessId, disk)))
            {
                process.Signal(Signals.Kill);
                await process.Exited.ConfigureAwait(false);
            }

            var folder = VmFolder.Of(paths, id);
            if (VmProcess.Search(id, folder.ErrorFile) is { } lost)
            {
                await EndNowAsync(lost).ConfigureAwait(false);
            }

            RemoveFolders(id);
        }
    }

    private async Task<IReadOnlyList<string>> SealAsync(VmEntry entry, VmImageArrival arrival, TimeSpan timeout, Call call)
    {
        var disk = entry.Spec.Disk! with { Path = arrival.Disk, Format = "qcow2", Backing = [], IsNew = true };

        // A guest whose other disks are away may not come up.
        var drives = DisksForImage(entry).Select((drive, index) => drive with { Id = Guid.NewGuid(), Media = drive.Media! with { Path = arrival.DiskOf(index + 1), Format = "qcow2", Backing = [], IsNew = true } });
        var spec = entry.Spec.FromNextStart() with { Disk = disk, Drives = [.. drives], Adapters = [], Network = null, MacAddress = null, Attachment = null, SystemId = null, Seed = null, Checkpoint = null, HasTpm = false };

        // In no table, and nobody is told of it.
        var guest = new VmEntry(VmEntry.NewRow(arrival.Id, entry.Name, VMState.Creating, spec, time.GetUtcNow()), new EventHub(time, 1));
        var folder = FolderOf(guest);
        await using var after = new Rollback();
        after.Add("remove the files of a guest that was sealed", () => RemoveFolders(guest.Id));
        Directory.CreateDirectory(folder.State, OwnerOnly);
        if (Path.Combine(arrival.Folder, VmImageStore.NvramName) is var variables && File.Exists(variables))
        {
            UefiVariables.Copy(variables, folder.NvramFile);
        }

        call.Report($"Making VM image '{arrival.Name}'", "its guest comes up, to forget whose it was");
        var (process, session) = await LaunchHiddenAsync(entry.Name, guest, VmImageFaults.Sealing, after, call).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        try
        {
            await session.ContinueAsync(either.Token).ConfigureAwait(false);
            await AwaitGuestAgentAsync(guest, process, session, () => Unsealed(ErrorCode.Unavailable, "GuestNotSealed", entry.Name, "a copy of its guest was started to forget whose it is, and ended before its guest agent answered", null), either.Token).ConfigureAwait(false);
            call.Report($"Making VM image '{arrival.Name}'", "its guest forgets whose it was");
            var result = await session.GuestAgent.RunAsync([ShellPath, "-c", SealScript.Text], new Dictionary<string, string>(), null, either.Token).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                throw Unsealed(ErrorCode.Unavailable, "GuestNotSealed", entry.Name, $"a file of its guest could not be removed ({VmErrors.Sentence(Encoding.UTF8.GetString(result.Error).Trim())})", null);
            }

            limit.CancelAfter(timeout);
            await session.GuestAgent.ShutdownAsync(ShutdownAnswerTimeout, either.Token).ConfigureAwait(false);
            await process.Ended.WaitAsync(either.Token).ConfigureAwait(false);
            return SealScript.Read(Encoding.UTF8.GetString(result.Output));
        }
        catch (OperationCanceledException e) when (!call.Cancellation.IsCancellationRequested)
        {
            throw Unsealed(ErrorCode.Timeout, "GuestNotSealed", entry.Name, FormattableString.Invariant($"a copy of its guest was started to forget whose it is, and {(session.IsGuestAgentAnswering ? "did not shut down" : "its guest agent did not answer")} within {timeout.TotalSeconds:0} s"), e);
        }
        catch (QgaException e)
        {
            throw Refused(ImageVerb, entry.Name, ShellPath, e);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            throw Unsealed(ErrorCode.Unavailable, "GuestNotSealed", entry.Name, "the guest agent of the copy that was to forget whose it is does not answer any more", e);
        }
    }

    private static async Task AwaitGuestAgentAsync(VmEntry guest, VmProcess process, VmSession session, Func<VirtException> whereItEnds, CancellationToken cancellation)
    {
        while (true)
        {
            var changed = guest.Changed;
            if (session.IsGuestAgentAnswering)
            {
                return;
            }

            if (process.Ended.IsCompleted || session.HasPanicked)
            {
                throw whereItEnds();
            }

            await Task.WhenAny(changed, process.Ended).WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static VirtException Unsealed(ErrorCode code, string id, string name, string why, Exception? cause) =>
        new(code, id, $"Cannot {ImageVerb} VM '{name}': {why}.", name, $"New-VMImage -VMName {name} -NoSeal copies its disk as it is, with its machine id, host keys and addresses.", cause);
}
