using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>
/// How hidden layers go away: what stands on one is written into it, takes its place, and its own file is deleted. So the file that the machine was made with
/// becomes its disk again with the last checkpoint. Every step may be repeated from anywhere in it.
/// </summary>
public sealed partial class VmService
{
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(10);

    // Before anything is done to its disks whose middle finds the guest standing still: who undoes or finishes that knows whether it is to go on.
    private void NoteStandstill(VmEntry entry)
    {
        if (entry is { Phase: VMState.Running, Session: { IsHeld: false } session, Run: { } run } && run.WasPaused != session.IsPaused)
        {
            entry.Set(table, entry.Phase, run with { WasPaused = session.IsPaused });
        }
    }

    // Under the lock, until there is nothing that could be merged.
    private async Task CollapseAsync(VmEntry entry, Call? call, CancellationToken cancellation)
    {
        while (CheckpointTree.NextMerge(CheckpointsOf(entry), entry.Spec.Checkpoint, LentFilesOf(entry)) is var (layer, child, isEmpty))
        {
            if (isEmpty)
            {
                await DropLayerAsync(entry, layer).ConfigureAwait(false);
            }
            else
            {
                NoteStandstill(entry);
                await MergeAsync(entry, layer, child, call, cancellation).ConfigureAwait(false);
            }
        }
    }

    // Nothing stands on it any more: what did was taken away, or was merged by an agent that ended right after.
    private async Task DropLayerAsync(VmEntry entry, CheckpointEntry layer)
    {
        if (entry.Spec.Checkpoint is { } current)
        {
            SetBase(entry, current);
        }

        foreach (var path in layer.Spec.Disks.SelectMany(static disk => new[] { disk.Layer.Path, disk.Merging }).OfType<string>().Where(path => !IsLayerUsed(entry, layer, path)))
        {
            await DeleteLayerAsync(entry, path).ConfigureAwait(false);
        }

        ForgetCheckpoint(layer);
    }

    private static async Task DeleteLayerAsync(VmEntry entry, string path)
    {
        if (entry.Session is { } session)
        {
            await session.TryRemoveLayerAsync(path, CancellationToken.None).ConfigureAwait(false);
        }

        File.Delete(path);
    }

    private bool IsLayerUsed(VmEntry entry, CheckpointEntry except, string path) =>
        entry.Spec.HeldDisks().Any(held => held.Disk.Path == path) || CheckpointsOf(entry).Any(c => c != except && c.Spec.Disks.Any(disk => disk.Layer.Path == path));

    // One disk after the other; each is whole for itself. The layer is in the tree until all of them are merged.
    private async Task MergeAsync(VmEntry entry, CheckpointEntry layer, CheckpointEntry? child, Call? call, CancellationToken cancellation)
    {
        foreach (var drive in layer.Spec.Disks.Select(static disk => disk.Drive).ToList())
        {
            await MergeDiskAsync(entry, layer, drive, call, cancellation).ConfigureAwait(false);
        }

        child?.Set(table, child.Phase, child.Spec with { Parent = layer.Spec.Parent });
        SetBase(entry, child is null ? layer.Spec.Parent : entry.Spec.Checkpoint);
        ForgetCheckpoint(layer);
    }

    private async Task MergeDiskAsync(VmEntry entry, CheckpointEntry layer, Guid drive, Call? call, CancellationToken cancellation)
    {
        var child = CheckpointTree.Above(CheckpointsOf(entry), layer, drive);
        var below = layer.Spec.DiskOf(drive)!;
        var top = child is null ? entry.Spec.DiskOf(drive)?.Path : child.Spec.DiskOf(drive)!.Layer.Path;
        if (top is null || top == below.Layer.Path)
        {
            // The agent before this one has come that far.
            if (below.Merging is { } merged)
            {
                await DeleteLayerAsync(entry, merged).ConfigureAwait(false);
            }

            layer.Set(table, CheckpointPhase.Hidden, layer.Spec.WithDisk(drive, null));
            return;
        }

        layer.Set(table, CheckpointPhase.Hidden, layer.Spec.WithDisk(drive, below with { Merging = top }));
        await FaultPoint.ReachAsync(CheckpointFaults.Merging, cancellation).ConfigureAwait(false);
        var merge = new DiskMerge(layer, child, drive, below.Layer, top);
        if (VmStates.IsAlive(entry.State) && CheckpointTree.IsBelow(CheckpointsOf(entry), entry.Spec.Checkpoint, layer.Id))
        {
            await MergeLiveAsync(entry, entry.Session ?? throw VmErrors.NoMonitor(RemoveVerb, entry.Name), merge, call, cancellation).ConfigureAwait(false);
        }
        else
        {
            var chain = CheckpointTree.Chain(CheckpointsOf(entry), layer.Id, drive);
            await disks.CommitAsync(top, cancellation, ChainOf([new VmDiskLayer(top, "qcow2"), .. chain])).ConfigureAwait(false);
            if (below.Layer.Format == "qcow2")
            {
                await disks.FreeLeaksAsync(below.Layer.Path, cancellation, ChainOf(chain)).ConfigureAwait(false);
            }

            await RebaseChildrenAsync(entry, merge, cancellation).ConfigureAwait(false);
            WriteMerged(entry, merge);
        }

        File.Delete(top);
        await FaultPoint.ReachAsync(CheckpointFaults.Unlinked, cancellation).ConfigureAwait(false);
        layer.Set(table, CheckpointPhase.Hidden, layer.Spec.WithDisk(drive, null));
    }

    // A layer of a disk, the checkpoint (null: the machine's own disk) whose layer stands on it, and that one's file, which goes.
    private sealed record DiskMerge(CheckpointEntry Layer, CheckpointEntry? Child, Guid Drive, VmDiskLayer Below, string Top);

    private async Task MergeLiveAsync(VmEntry entry, VmSession session, DiskMerge merge, Call? call, CancellationToken cancellation)
    {
        await session.EndMergeAsync(cancellation).ConfigureAwait(false);
        var disk = await session.ReadDiskAsync(DeviceOf(entry, merge.Drive), cancellation).ConfigureAwait(false);
        var nodes = await session.ReadNodesAsync(cancellation).ConfigureAwait(false);
        if (!nodes.TryGetValue(merge.Below.Path, out var below))
        {
            throw new QmpException("block-commit", "GenericError", $"it does not know '{merge.Below.Path}'");
        }

        try
        {
            if (merge.Child is null && disk == below.Node)
            {
                // It was never switched to the file on top, or has been switched back by an agent that ended right after.
                WriteMerged(entry, merge);
            }
            else if (merge.Child is null)
            {
                await session.BeginMergeAsync(disk, disk, below.Node, null, cancellation).ConfigureAwait(false);
                await session.AwaitMergeAsync(untilReady: true, Report, cancellation).ConfigureAwait(false);
                await FaultPoint.ReachAsync(CheckpointFaults.Copied, cancellation).ConfigureAwait(false);
                await SwitchDownAsync(entry, session, merge).ConfigureAwait(false);
            }
            else
            {
                if (!await session.TryRemoveLayerAsync(merge.Top, cancellation).ConfigureAwait(false))
                {
                    await session.BeginMergeAsync(disk, nodes[merge.Top].Node, below.Node, merge.Below.Path, cancellation).ConfigureAwait(false);
                    await session.AwaitMergeAsync(untilReady: false, Report, cancellation).ConfigureAwait(false);
                    await FaultPoint.ReachAsync(CheckpointFaults.Copied, cancellation).ConfigureAwait(false);
                }

                await RebaseChildrenAsync(entry, merge, cancellation).ConfigureAwait(false);
                WriteMerged(entry, merge);
            }
        }
        catch (OperationCanceledException)
        {
            await session.EndMergeAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        await session.TryRemoveLayerAsync(merge.Top, CancellationToken.None).ConfigureAwait(false);

        void Report(long done, long all) =>
            call?.Report($"Removing a checkpoint of VM '{entry.Name}'", "merging its disk", all == 0 ? 0 : (int)(100 * done / all));
    }

    // While the guest stands still both files read the same. Once it goes on, the one on top is out of date: by then it is written that nobody needs it.
    private async Task SwitchDownAsync(VmEntry entry, VmSession session, DiskMerge merge)
    {
        var wasRunning = !session.IsPaused;
        session.IsHeld = true;
        try
        {
            if (wasRunning)
            {
                await session.HoldAsync(CancellationToken.None).ConfigureAwait(false);
            }

            await FaultPoint.ReachAsync(CheckpointFaults.Stopped).ConfigureAwait(false);
            await session.CompleteMergeAsync(CancellationToken.None).ConfigureAwait(false);
            await session.AwaitMergeAsync(untilReady: false, static (_, _) => { }, CancellationToken.None).ConfigureAwait(false);
            await FaultPoint.ReachAsync(CheckpointFaults.Pivoted).ConfigureAwait(false);
            WriteMerged(entry, merge);
            await FaultPoint.ReachAsync(CheckpointFaults.RowsWritten).ConfigureAwait(false);
        }
        finally
        {
            if (wasRunning)
            {
                await session.ContinueAsync(CancellationToken.None).ConfigureAwait(false);
            }

            session.IsHeld = false;
        }

        await FaultPoint.ReachAsync(CheckpointFaults.WentOn).ConfigureAwait(false);
    }

    // What stands on the file that goes names the one below from now on. QEMU has seen to that in its own chain.
    private async Task RebaseChildrenAsync(VmEntry entry, DiskMerge merge, CancellationToken cancellation)
    {
        if (merge.Child is not { } child)
        {
            return;
        }

        var isAlive = VmStates.IsAlive(entry.State);
        var all = CheckpointsOf(entry);
        var files = all.Where(c => c != child && !(isAlive && CheckpointTree.IsBelow(all, entry.Spec.Checkpoint, c.Id)) && c.Spec.DiskOf(merge.Drive) is not null && StandsOn(c.Id, skipped: 1))
            .Select(c => c.Spec.DiskOf(merge.Drive)!.Layer.Path).ToList();
        if (!isAlive && StandsOn(entry.Spec.Checkpoint, skipped: 0))
        {
            files.Add(entry.Spec.DiskOf(merge.Drive)!.Path);
        }

        foreach (var file in files)
        {
            await disks.RebaseAsync(file, merge.Below.Path, merge.Below.Format, cancellation).ConfigureAwait(false);
        }

        bool StandsOn(Guid? id, int skipped) => CheckpointTree.Chain(all, id, merge.Drive).Skip(skipped).FirstOrDefault()?.Path == merge.Top;
    }

    // What stood on the layer has its file now.
    private void WriteMerged(VmEntry entry, DiskMerge merge)
    {
        if (merge.Child is not { } child)
        {
            SetBase(entry, entry.Spec.Checkpoint, new Dictionary<Guid, VmDiskLayer> { [merge.Drive] = merge.Below });
            return;
        }

        var kept = child.Spec.DiskOf(merge.Drive)!;
        child.Set(table, child.Phase, child.Spec.WithDisk(merge.Drive, kept with { Layer = merge.Below, Below = merge.Layer.Spec.DiskOf(merge.Drive)!.Below }));
        SetBase(entry, entry.Spec.Checkpoint);
    }

    private static string DeviceOf(VmEntry entry, Guid drive) => drive == Guid.Empty ? QemuArguments.DiskDevice : entry.Spec.Drives.First(one => one.Id == drive).Name;

    // QEMU, where it is there, lets its guest run, or stand still as it did, and does nothing else; where it has just ended, that is noticed. False where it does not answer.
    private async Task<bool> SettleAsync(VmEntry entry)
    {
        if (entry.Process is not { } process)
        {
            return true;
        }

        var answers = false;
        using var limit = new CancellationTokenSource(SettleTimeout, time);
        try
        {
            if (entry.Session is { } session)
            {
                await session.TakeBackAsync(entry.Run is { WasPaused: true }, limit.Token).ConfigureAwait(false);
                session.IsHeld = false;
                return true;
            }
        }
        catch (QmpException e)
        {
            answers = true;
            AgentLog.Error($"QEMU of VM '{entry.Name}' does not go on", e);
        }
        catch (Exception e) when (e is QmpClosedException or OperationCanceledException)
        {
            await Task.WhenAny(process.Ended, Task.Delay(EndTimeout, time, CancellationToken.None)).ConfigureAwait(false);
        }

        if (process.Ended.IsCompleted)
        {
            await SetEndedAsync(entry, process, await process.Ended.ConfigureAwait(false)).ConfigureAwait(false);
            return true;
        }

        return answers;
    }
}
