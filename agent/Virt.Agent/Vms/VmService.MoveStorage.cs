using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Qmp;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// Move-VMStorage: the disk is copied to another folder, and then that file is the disk. The row names both until one is gone: what ends meanwhile ends in the old state, or in the new one. While the guest stands still for the switch
/// both read the same, so that either will do; before it goes on, it is written which.
/// </summary>
public sealed partial class VmService
{
    private const string MoveStorageVerb = "move the storage of";

    /// <summary>Moves a machine's disk to another folder of the host, also while it runs. Cancelled, or where it fails, the machine has what it had.</summary>
    /// <exception cref="VirtException">NotFound (machine, folder); WrongState; InvalidArgument (the folder); AlreadyExists (a file of that name); NotSupported (no disk, further ones); Conflict; ResourceExhausted; Unavailable (QEMU).</exception>
    public async Task<VM> MoveStorageAsync(MoveVMStorage request, Call call)
    {
        var entry = Find(MoveStorageVerb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(MoveStorageVerb, entry, call).ConfigureAwait(false);
        VmStates.CheckDrive(MoveStorageVerb, entry.Name, entry.State);
        var target = PlanStorage(entry, request.DestinationStoragePath);
        var isRunning = VmStates.IsAlive(entry.State);
        if (isRunning && entry.Session is null)
        {
            throw VmErrors.NoMonitor(MoveStorageVerb, entry.Name);
        }

        if (call.WhatIf)
        {
            return Show(entry);
        }

        entry.Set(table, entry.Phase, entry.Run, entry.Spec with { StorageMove = new VmStorageMove(target.Path, entry.State == VMState.Paused) });
        try
        {
            await FaultPoint.ReachAsync(VmStorageFaults.Recorded, call.Cancellation).ConfigureAwait(false);
            await (isRunning ? MoveStorageLiveAsync(entry, entry.Session!, target, call) : MoveStorageOffAsync(entry, target, call)).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(MoveStorageVerb, entry.Name, e);
        }
        catch (QmpException e)
        {
            throw VmErrors.Refused(MoveStorageVerb, entry.Name, e);
        }
        catch (QmpClosedException e)
        {
            throw VmErrors.NoMonitor(MoveStorageVerb, entry.Name, e);
        }
        finally
        {
            await SettleStorageAsync(entry).ConfigureAwait(false);
        }

        entry.Tell(VirtEventAction.Changed, $"Its disk is '{target.Path}'.");
        return Show(entry);
    }

    // Everything is looked at, nothing written.
    private VmDisk PlanStorage(VmEntry entry, string folder)
    {
        if (entry.Spec.StorageMove is not null)
        {
            // One before this has ended so that nobody knows yet which file QEMU has.
            throw VmErrors.NoMonitor(MoveStorageVerb, entry.Name);
        }

        if (entry.Spec.Disk is not { } disk)
        {
            throw new VirtException(ErrorCode.NotSupported, "VMHasNoDisk", $"Cannot {MoveStorageVerb} VM '{entry.Name}': it has no disk.", entry.Name, $"Get-VM -Name {entry.Name}");
        }

        CheckOneDisk(MoveStorageVerb, entry);
        CheckStandsAlone(entry);
        CheckLayersAreThere(MoveStorageVerb, entry);
        CheckLease(MoveStorageVerb, entry, isWhatIf: true);
        if (!Path.IsPathFullyQualified(folder))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {MoveStorageVerb} VM '{entry.Name}': '{folder}' is no absolute path of a folder.", folder, $"Move-VMStorage {entry.Name} /srv/disks");
        }

        var target = Path.Combine(Path.GetFullPath(folder), Path.GetFileName(disk.Path));
        if (target == disk.Path)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {MoveStorageVerb} VM '{entry.Name}': its disk is in '{folder}' already.", folder, $"Get-VM -Name {entry.Name}");
        }

        try
        {
            CheckNewPath(target);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(MoveStorageVerb, entry.Name, e);
        }

        if (entries.Values.Any(other => FilesOf(other).Contains(target)))
        {
            throw VmErrors.Disk(MoveStorageVerb, entry.Name, new DiskException(DiskProblem.Exists, target, "it is another machine's"));
        }

        var needed = SizeOf(disk.Path) + SpaceReserve;
        if (FreeBytes(Path.GetDirectoryName(target)!) is var free && free < needed)
        {
            throw new VirtException(
                ErrorCode.ResourceExhausted,
                "NoSpaceForDisk",
                FormattableString.Invariant($"Cannot {MoveStorageVerb} VM '{entry.Name}': '{folder}' has {free >> 20} MiB free; {needed >> 20} MiB are required ({(needed - SpaceReserve) >> 20} for its disk and {SpaceReserve >> 20} in reserve)."),
                folder,
                "df -h");
        }

        return disk with { Path = target };
    }

    // What checkpoints keep, linked copies stand on, or an archive is written of, is in files that would have to go along.
    private void CheckStandsAlone(VmEntry entry)
    {
        var layers = CheckpointsOf(entry);
        if (layers.Any(static layer => layer.IsVisible))
        {
            throw new VirtException(ErrorCode.WrongState, "VMHasCheckpoints", $"Cannot {MoveStorageVerb} VM '{entry.Name}': its disk stands on layers that its checkpoints keep, which stay where they are.", entry.Name, $"Get-VMCheckpoint -VMName {entry.Name} | Remove-VMCheckpoint");
        }

        if (layers.Count > 0)
        {
            var files = layers.Select(static layer => layer.Spec.Layer?.Path).OfType<string>().ToHashSet(StringComparer.Ordinal);
            var copies = entries.Values.Where(other => other != entry && (other.Spec.Disk?.Backing ?? []).Any(layer => files.Contains(layer.Path))).Select(static other => other.Name).ToList();
            throw copies.Count > 0
                ? VmErrors.HasCopies(MoveStorageVerb, entry.Name, copies)
                : new VirtException(ErrorCode.Conflict, "VMInUse", $"Cannot {MoveStorageVerb} VM '{entry.Name}': its disk is being read by an export or a copy of it.", entry.Name, "Get-VirtOperation");
        }
    }

    private async Task MoveStorageOffAsync(VmEntry entry, VmDisk target, Call call)
    {
        var disk = entry.Spec.Disk!;
        var total = Math.Max(1, SizeOf(disk.Path));
        var copying = disks.CopyAsync(disk.Path, target.Path, call.Cancellation);
        while (await Task.WhenAny(copying, Task.Delay(FlattenTick, time, CancellationToken.None)).ConfigureAwait(false) != copying)
        {
            ReportStorage(entry, call, Math.Min(total, SizeOf(target.Path)), total);
        }

        await copying.ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmStorageFaults.Copied, call.Cancellation).ConfigureAwait(false);
        WriteLease(MoveStorageVerb, entry, target);
        SwapStorage(entry);
        await FaultPoint.ReachAsync(VmStorageFaults.Written).ConfigureAwait(false);
    }

    private async Task MoveStorageLiveAsync(VmEntry entry, VmSession session, VmDisk target, Call call)
    {
        await MakeStorageAsync(target, call.Cancellation).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmStorageFaults.Made, call.Cancellation).ConfigureAwait(false);
        var nodes = await session.ReadNodesAsync(call.Cancellation).ConfigureAwait(false);
        string? below = null;
        if (target.Backing.Count > 0)
        {
            below = nodes.TryGetValue(target.Backing[0].Path, out var found) ? found.Node : throw new QmpException("blockdev-add", "GenericError", $"it does not know '{target.Backing[0].Path}'");
        }

        var node = new DiskNode("moved" + Guid.NewGuid().ToString("N")[..16], target.Format, target.Path, below, IsReadOnly: false, IsLent: false);
        using (var file = QemuFiles.OpenFile(MoveStorageVerb, entry.Name, target.Path, isReadOnly: false))
        {
            await session.AddNodeAsync(node, file, call.Cancellation).ConfigureAwait(false);
        }

        await session.BeginStorageMoveAsync(await session.ReadDiskAsync(call.Cancellation).ConfigureAwait(false), node.Name, below is not null, call.Cancellation).ConfigureAwait(false);
        await session.AwaitMergeAsync(untilReady: true, (done, all) => ReportStorage(entry, call, done, all), call.Cancellation, VmSession.StorageJob).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmStorageFaults.Copied, call.Cancellation).ConfigureAwait(false);
        WriteLease(MoveStorageVerb, entry, target);

        // From here on nothing is cancelled. Where it fails the guest stands still until it was found out which file QEMU has.
        session.IsHeld = true;
        await session.HoldAsync(CancellationToken.None).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmStorageFaults.Stopped).ConfigureAwait(false);
        await session.CompleteMergeAsync(CancellationToken.None, VmSession.StorageJob).ConfigureAwait(false);
        await session.AwaitMergeAsync(untilReady: false, static (_, _) => { }, CancellationToken.None, VmSession.StorageJob).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmStorageFaults.Switched).ConfigureAwait(false);
        SwapStorage(entry);
        await FaultPoint.ReachAsync(VmStorageFaults.Written).ConfigureAwait(false);
        if (entry.Spec.StorageMove is { WasPaused: false })
        {
            await session.ContinueAsync(CancellationToken.None).ConfigureAwait(false);
        }

        session.IsHeld = false;
        await FaultPoint.ReachAsync(VmStorageFaults.WentOn).ConfigureAwait(false);
    }

    private async Task MakeStorageAsync(VmDisk target, CancellationToken cancellation)
    {
        if (target.Format == "raw")
        {
            using var file = File.OpenHandle(target.Path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.SetLength(file, target.SizeBytes);
            return;
        }

        await (target.Backing.Count > 0
            ? disks.CreateOverlayAsync(target.Path, target.Backing[0].Path, target.Backing[0].Format, target.SizeBytes, cancellation)
            : disks.CreateAsync(target.Path, target.SizeBytes, cancellation)).ConfigureAwait(false);
    }

    private static void ReportStorage(VmEntry entry, Call call, long done, long all) =>
        call.Report($"Moving the storage of VM '{entry.Name}'", FormattableString.Invariant($"its disk: {done >> 20} of {all >> 20} MB"), all == 0 ? 0 : (int)(100 * done / all));

    // The other file is the disk, and the disk the other file.
    private void SwapStorage(VmEntry entry)
    {
        var disk = entry.Spec.Disk!;
        var move = entry.Spec.StorageMove!;
        entry.Set(table, entry.Phase, entry.Run, entry.Spec with { Disk = disk with { Path = move.OtherPath }, StorageMove = move with { OtherPath = disk.Path } });
    }

    // Under the lock: finishes or undoes a move of a disk, whatever has ended it, and lets the guest go on. May be repeated; where QEMU does not answer it is done before the next thing that is done to the machine.
    private async Task SettleStorageAsync(VmEntry entry)
    {
        if (entry.Spec.StorageMove is not { } move || (entry.Process is { HasEnded: false } process && !await SettleStorageAsync(entry, process, move).ConfigureAwait(false)))
        {
            return;
        }

        var other = entry.Spec.StorageMove!.OtherPath;
        try
        {
            File.Delete(other);
            DiskLeaseFile.Remove(other);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            AgentLog.Warning($"'{other}', which is not the disk of VM '{entry.Name}', could not be removed: {e.Message}");
        }

        await FaultPoint.ReachAsync(VmStorageFaults.Unlinked).ConfigureAwait(false);
        entry.Set(table, entry.Phase, entry.Run, entry.Spec with { StorageMove = null });
    }

    // False: it does not answer.
    private async Task<bool> SettleStorageAsync(VmEntry entry, VmProcess process, VmStorageMove move)
    {
        using var limit = new CancellationTokenSource(SettleTimeout, time);
        try
        {
            if (entry.Session is { } session)
            {
                await session.EndMergeAsync(limit.Token, VmSession.StorageJob).ConfigureAwait(false);
                if (await session.IsDiskAsync(move.OtherPath, limit.Token).ConfigureAwait(false))
                {
                    SwapStorage(entry);
                }

                await session.TakeBackAsync(move.WasPaused, limit.Token).ConfigureAwait(false);
                session.IsHeld = false;
                if (await session.TryRemoveLayerAsync(entry.Spec.StorageMove!.OtherPath, limit.Token).ConfigureAwait(false))
                {
                    return true;
                }
            }
        }
        catch (Exception e) when (e is QmpException or QmpClosedException or OperationCanceledException)
        {
            await Task.WhenAny(process.Ended, Task.Delay(EndTimeout, time, CancellationToken.None)).ConfigureAwait(false);
        }

        if (!process.HasEnded)
        {
            AgentLog.Warning($"QEMU of VM '{entry.Name}' does not let go of a file while its disk is moved; that is settled when it does");
        }

        return process.HasEnded;
    }
}
