using System;
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
                await MergeAsync(entry, layer, child, call, cancellation).ConfigureAwait(false);
            }
        }
    }

    // Nothing stands on it any more: what did was taken away, or was merged by an agent that ended right after.
    private async Task DropLayerAsync(VmEntry entry, CheckpointEntry layer)
    {
        if (entry.Spec.Checkpoint is { } current)
        {
            SetBase(entry, current, entry.Spec.Disk?.Path, entry.Spec.Disk?.Format);
        }

        foreach (var path in new[] { layer.Spec.Layer?.Path, layer.Spec.Merging }.OfType<string>().Where(path => !IsLayerUsed(entry, layer, path)))
        {
            if (entry.Session is { } session)
            {
                await session.TryRemoveLayerAsync(path, CancellationToken.None).ConfigureAwait(false);
            }

            File.Delete(path);
        }

        ForgetCheckpoint(layer);
    }

    private bool IsLayerUsed(VmEntry entry, CheckpointEntry except, string path) =>
        entry.Spec.Disk?.Path == path || CheckpointsOf(entry).Any(c => c != except && c.Spec.Layer?.Path == path);

    private async Task MergeAsync(VmEntry entry, CheckpointEntry layer, CheckpointEntry? child, Call? call, CancellationToken cancellation)
    {
        var top = child is null ? entry.Spec.Disk?.Path : child.Spec.Layer?.Path;
        if (layer.Spec.Layer is not { } below || top is null)
        {
            WriteMerged(entry, layer, child);
            ForgetCheckpoint(layer);
            return;
        }

        layer.Set(table, CheckpointPhase.Hidden, layer.Spec with { Merging = top });
        await FaultPoint.ReachAsync(CheckpointFaults.Merging, cancellation).ConfigureAwait(false);
        if (VmStates.IsAlive(entry.State) && CheckpointTree.IsBelow(CheckpointsOf(entry), entry.Spec.Checkpoint, layer.Id))
        {
            await MergeLiveAsync(entry, entry.Session ?? throw VmErrors.NoMonitor(RemoveVerb, entry.Name), layer, child, top, call, cancellation).ConfigureAwait(false);
        }
        else
        {
            var chain = CheckpointTree.Chain(CheckpointsOf(entry), layer.Id);
            await disks.CommitAsync(top, cancellation, ChainOf([new VmDiskLayer(top, "qcow2"), .. chain])).ConfigureAwait(false);
            if (below.Format == "qcow2")
            {
                await disks.FreeLeaksAsync(below.Path, cancellation, ChainOf(chain)).ConfigureAwait(false);
            }

            await RebaseChildrenAsync(entry, layer, child, cancellation).ConfigureAwait(false);
            WriteMerged(entry, layer, child);
        }

        File.Delete(top);
        await FaultPoint.ReachAsync(CheckpointFaults.Unlinked, cancellation).ConfigureAwait(false);
        ForgetCheckpoint(layer);
    }

    private async Task MergeLiveAsync(VmEntry entry, VmSession session, CheckpointEntry layer, CheckpointEntry? child, string top, Call? call, CancellationToken cancellation)
    {
        await session.EndMergeAsync(cancellation).ConfigureAwait(false);
        var disk = await session.ReadDiskAsync(cancellation).ConfigureAwait(false);
        var nodes = await session.ReadNodesAsync(cancellation).ConfigureAwait(false);
        if (!nodes.TryGetValue(layer.Spec.Layer!.Path, out var below))
        {
            throw new QmpException("block-commit", "GenericError", $"it does not know '{layer.Spec.Layer.Path}'");
        }

        try
        {
            if (child is null && disk == below.Node)
            {
                // It was never switched to the file on top, or has been switched back by an agent that ended right after.
                WriteMerged(entry, layer, child);
            }
            else if (child is null)
            {
                await session.BeginMergeAsync(disk, disk, below.Node, null, cancellation).ConfigureAwait(false);
                await session.AwaitMergeAsync(untilReady: true, Report, cancellation).ConfigureAwait(false);
                await FaultPoint.ReachAsync(CheckpointFaults.Copied, cancellation).ConfigureAwait(false);
                await SwitchDownAsync(entry, session, layer).ConfigureAwait(false);
            }
            else
            {
                if (!await session.TryRemoveLayerAsync(top, cancellation).ConfigureAwait(false))
                {
                    await session.BeginMergeAsync(disk, nodes[top].Node, below.Node, layer.Spec.Layer.Path, cancellation).ConfigureAwait(false);
                    await session.AwaitMergeAsync(untilReady: false, Report, cancellation).ConfigureAwait(false);
                    await FaultPoint.ReachAsync(CheckpointFaults.Copied, cancellation).ConfigureAwait(false);
                }

                await RebaseChildrenAsync(entry, layer, child, cancellation).ConfigureAwait(false);
                WriteMerged(entry, layer, child);
            }
        }
        catch (OperationCanceledException)
        {
            await session.EndMergeAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        await session.TryRemoveLayerAsync(top, CancellationToken.None).ConfigureAwait(false);

        void Report(long done, long all) =>
            call?.Report($"Removing a checkpoint of VM '{entry.Name}'", "merging its disk", all == 0 ? 0 : (int)(100 * done / all));
    }

    // While the guest stands still both files read the same. Once it goes on, the one on top is out of date: by then it is written that nobody needs it.
    private async Task SwitchDownAsync(VmEntry entry, VmSession session, CheckpointEntry layer)
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
            WriteMerged(entry, layer, null);
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
    private async Task RebaseChildrenAsync(VmEntry entry, CheckpointEntry layer, CheckpointEntry? child, CancellationToken cancellation)
    {
        if (child is null)
        {
            return;
        }

        var isAlive = VmStates.IsAlive(entry.State);
        var all = CheckpointsOf(entry);
        var files = all.Where(c => c.Spec.Parent == child.Id && !(isAlive && CheckpointTree.IsBelow(all, entry.Spec.Checkpoint, c.Id))).Select(static c => c.Spec.Layer!.Path).ToList();
        if (entry.Spec.Checkpoint == child.Id && !isAlive)
        {
            files.Add(entry.Spec.Disk!.Path);
        }

        foreach (var file in files)
        {
            await disks.RebaseAsync(file, layer.Spec.Layer!.Path, layer.Spec.Layer.Format, cancellation).ConfigureAwait(false);
        }
    }

    // What stood on the layer has its place and its file now.
    private void WriteMerged(VmEntry entry, CheckpointEntry layer, CheckpointEntry? child)
    {
        if (child is null)
        {
            SetBase(entry, layer.Spec.Parent, layer.Spec.Layer?.Path, layer.Spec.Layer?.Format);
            return;
        }

        child.Set(table, child.Phase, child.Spec with { Layer = layer.Spec.Layer, Parent = layer.Spec.Parent, Below = layer.Spec.Below });
        SetBase(entry, entry.Spec.Checkpoint, entry.Spec.Disk?.Path, entry.Spec.Disk?.Format);
    }

    // QEMU, where it is there, lets its guest run and does nothing else; where it has just ended, that is noticed. False where it does not answer.
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
                await session.TakeBackAsync(isPaused: false, limit.Token).ConfigureAwait(false);
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
