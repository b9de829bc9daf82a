using System;
using System.Collections.Generic;
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
/// Move-VMStorage: each disk is copied to another folder, and then that file is the disk. The row names both until one is gone: what ends meanwhile ends in the old state, or in the new one. While the guest stands still for the switch
/// both read the same, so that either will do; before it goes on, it is written which.
/// </summary>
public sealed partial class VmService
{
    private const string MoveStorageVerb = "move the storage of";

    /// <summary>Moves a machine's disks to another folder of the host, one after the other, also while it runs. Cancelled, or where it fails, each disk is in one folder or in the other.</summary>
    /// <exception cref="VirtException">NotFound (machine, folder); WrongState; InvalidArgument (the folder); AlreadyExists (a file of that name); NotSupported (no disk); Conflict; ResourceExhausted; Unavailable (QEMU).</exception>
    public async Task<VM> MoveStorageAsync(MoveVMStorage request, Call call)
    {
        var entry = Find(MoveStorageVerb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(MoveStorageVerb, entry, call).ConfigureAwait(false);
        VmStates.CheckDrive(MoveStorageVerb, entry.Name, entry.State);
        var targets = PlanStorage(entry, request.DestinationStoragePath);
        if (VmStates.IsAlive(entry.State) && entry.Session is null)
        {
            throw VmErrors.NoMonitor(MoveStorageVerb, entry.Name);
        }

        if (call.WhatIf)
        {
            return Show(entry);
        }

        foreach (var target in targets)
        {
            await MoveStorageAsync(entry, target, call).ConfigureAwait(false);
        }

        entry.Tell(VirtEventAction.Changed, targets.Count == 1 ? $"Its disk is '{targets[0].Disk.Path}'." : $"Its disks are in '{request.DestinationStoragePath}'.");
        return Show(entry);
    }

    private async Task MoveStorageAsync(VmEntry entry, VmOwnDisk target, Call call)
    {
        entry.Set(table, entry.Phase, entry.Run, entry.Spec with { StorageMove = new VmStorageMove(target.Disk.Path, entry.State == VMState.Paused, target.Drive) });
        try
        {
            await FaultPoint.ReachAsync(VmStorageFaults.Recorded, call.Cancellation).ConfigureAwait(false);
            await (VmStates.IsAlive(entry.State) ? MoveStorageLiveAsync(entry, entry.Session ?? throw VmErrors.NoMonitor(MoveStorageVerb, entry.Name), target, call) : MoveStorageOffAsync(entry, target, call)).ConfigureAwait(false);
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
    }

    // Everything is looked at, nothing written.
    private List<VmOwnDisk> PlanStorage(VmEntry entry, string folder)
    {
        if (entry.Spec.StorageMove is not null)
        {
            // One before this has ended so that nobody knows yet which file QEMU has.
            throw VmErrors.NoMonitor(MoveStorageVerb, entry.Name);
        }

        var own = entry.Spec.OwnDisks().ToList();
        if (own.Count == 0)
        {
            throw new VirtException(ErrorCode.NotSupported, "VMHasNoDisk", $"Cannot {MoveStorageVerb} VM '{entry.Name}': it has no disk.", entry.Name, $"Get-VM -Name {entry.Name}");
        }

        CheckStandsAlone(entry);
        CheckLayersAreThere(MoveStorageVerb, entry, own.SelectMany(static disk => disk.Layers()));
        CheckLease(MoveStorageVerb, entry, isWhatIf: true);
        if (!Path.IsPathFullyQualified(folder))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {MoveStorageVerb} VM '{entry.Name}': '{folder}' is no absolute path of a folder.", folder, $"Move-VMStorage {entry.Name} /srv/disks");
        }

        var targets = own.Select(disk => disk with { Disk = disk.Disk with { Path = Path.Combine(Path.GetFullPath(folder), Path.GetFileName(disk.Disk.Path)) } })
            .Where(target => target.Disk.Path != entry.Spec.DiskOf(target.Drive)!.Path).ToList();
        if (targets.Count == 0)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {MoveStorageVerb} VM '{entry.Name}': {(own.Count == 1 ? "its disk is" : "its disks are")} in '{folder}' already.", folder, $"Get-VMHardDiskDrive {entry.Name}");
        }

        foreach (var target in targets)
        {
            CheckTarget(entry, target, targets);
        }

        CheckSpaceToMove(entry, folder, targets);
        return targets;
    }

    private void CheckTarget(VmEntry entry, VmOwnDisk target, List<VmOwnDisk> targets)
    {
        var path = target.Disk.Path;
        try
        {
            CheckNewPath(path);
            if (entries.Values.Any(other => FilesOf(other).Contains(path)))
            {
                throw new DiskException(DiskProblem.Exists, path, "it is another machine's");
            }

            if (targets.Any(other => other != target && other.Disk.Path == path))
            {
                throw new DiskException(DiskProblem.Exists, path, "two of its disks have that name");
            }
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(MoveStorageVerb, entry.Name, e);
        }
    }

    private static void CheckSpaceToMove(VmEntry entry, string folder, List<VmOwnDisk> targets)
    {
        var needed = targets.Sum(target => SizeOf(entry.Spec.DiskOf(target.Drive)!.Path)) + SpaceReserve;
        if (FreeBytes(Path.GetFullPath(folder)) is var free && free < needed)
        {
            throw new VirtException(
                ErrorCode.ResourceExhausted,
                "NoSpaceForDisk",
                FormattableString.Invariant($"Cannot {MoveStorageVerb} VM '{entry.Name}': '{folder}' has {free >> 20} MiB free; {needed >> 20} MiB are required ({(needed - SpaceReserve) >> 20} for its {(targets.Count == 1 ? "disk" : "disks")} and {SpaceReserve >> 20} in reserve)."),
                folder,
                "df -h");
        }
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
            var files = layers.SelectMany(static layer => layer.Spec.Disks).Select(static disk => disk.Layer.Path).ToHashSet(StringComparer.Ordinal);
            var copies = entries.Values.Where(other => other != entry && other.Spec.Layers().Any(layer => files.Contains(layer.Path))).Select(static other => other.Name).ToList();
            throw copies.Count > 0
                ? VmErrors.HasCopies(MoveStorageVerb, entry.Name, copies)
                : new VirtException(ErrorCode.Conflict, "VMInUse", $"Cannot {MoveStorageVerb} VM '{entry.Name}': its disk is being read by an export or a copy of it.", entry.Name, "Get-VirtOperation");
        }
    }

    private async Task MoveStorageOffAsync(VmEntry entry, VmOwnDisk target, Call call)
    {
        var disk = entry.Spec.DiskOf(target.Drive)!;
        var total = Math.Max(1, SizeOf(disk.Path));
        var copying = disks.CopyAsync(disk.Path, target.Disk.Path, call.Cancellation);
        while (await Task.WhenAny(copying, Task.Delay(FlattenTick, time, CancellationToken.None)).ConfigureAwait(false) != copying)
        {
            ReportStorage(entry, call, Math.Min(total, SizeOf(target.Disk.Path)), total);
        }

        await copying.ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmStorageFaults.Copied, call.Cancellation).ConfigureAwait(false);
        WriteLease(MoveStorageVerb, entry, target.Disk);
        SwapStorage(entry);
        await FaultPoint.ReachAsync(VmStorageFaults.Written).ConfigureAwait(false);
    }

    private async Task MoveStorageLiveAsync(VmEntry entry, VmSession session, VmOwnDisk target, Call call)
    {
        var disk = target.Disk;
        await MakeStorageAsync(disk, call.Cancellation).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmStorageFaults.Made, call.Cancellation).ConfigureAwait(false);
        var nodes = await session.ReadNodesAsync(call.Cancellation).ConfigureAwait(false);
        string? below = null;
        if (disk.Backing.Count > 0)
        {
            below = nodes.TryGetValue(disk.Backing[0].Path, out var found) ? found.Node : throw new QmpException("blockdev-add", "GenericError", $"it does not know '{disk.Backing[0].Path}'");
        }

        var node = new DiskNode($"{target.Name}base-{Guid.NewGuid().ToString("N")[..8]}", disk.Format, disk.Path, below, IsReadOnly: false, IsLent: false);
        using (var file = QemuFiles.OpenFile(MoveStorageVerb, entry.Name, disk.Path, isReadOnly: false))
        {
            await session.AddNodeAsync(node, file, call.Cancellation).ConfigureAwait(false);
        }

        await session.BeginStorageMoveAsync(await session.ReadDiskAsync(target.Device, call.Cancellation).ConfigureAwait(false), node.Name, below is not null, call.Cancellation).ConfigureAwait(false);
        await session.AwaitMergeAsync(untilReady: true, (done, all) => ReportStorage(entry, call, done, all), call.Cancellation, VmSession.StorageJob).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmStorageFaults.Copied, call.Cancellation).ConfigureAwait(false);
        WriteLease(MoveStorageVerb, entry, target.Disk);

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
        var move = entry.Spec.StorageMove!;
        var disk = entry.Spec.DiskOf(move.Drive)!;
        entry.Set(table, entry.Phase, entry.Run, entry.Spec.WithDisk(move.Drive, disk with { Path = move.OtherPath }) with { StorageMove = move with { OtherPath = disk.Path } });
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
                if (await session.IsDiskAsync(DeviceOf(entry, move.Drive), move.OtherPath, limit.Token).ConfigureAwait(false))
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
