using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>
/// How a machine's checkpoints stand on each other. Each keeps one layer of every disk, which is a child of its parent's; the machine's own disks are children of
/// the last. A layer whose checkpoint was removed stays, hidden, as long as several stand on it, or a linked copy of the machine does. Pure.
/// </summary>
internal static class CheckpointTree
{
    /// <summary>The layers that a checkpoint and all below it keep of a disk, the nearest first; for a machine, what its disk is a child of.</summary>
    /// <param name="all">The machine's checkpoints.</param>
    /// <param name="id">The checkpoint; null: there is nothing.</param>
    /// <param name="drive">The disk's drive; empty: the first disk.</param>
    public static IReadOnlyList<VmDiskLayer> Chain(IReadOnlyCollection<CheckpointEntry> all, Guid? id, Guid drive)
    {
        var layers = new List<VmDiskLayer>();
        IReadOnlyList<VmDiskLayer> below = [];
        for (var next = Find(all, id); next is not null; next = Find(all, next.Spec.Parent))
        {
            if (next.Spec.DiskOf(drive) is not { } kept)
            {
                // It is merged already; others of the same checkpoint are not yet.
                continue;
            }

            if (layers.Count == 0 || layers[^1].Path != kept.Layer.Path)
            {
                layers.Add(kept.Layer);
            }

            below = kept.Below;
        }

        return [.. layers, .. below];
    }

    /// <summary>The checkpoint whose layer of a disk stands on that of one with a single thing on it; null: the machine's disk does.</summary>
    public static CheckpointEntry? Above(IReadOnlyCollection<CheckpointEntry> all, CheckpointEntry layer, Guid drive)
    {
        var next = all.FirstOrDefault(e => e.Spec.Parent == layer.Id);
        while (next is not null && next.Spec.DiskOf(drive) is null)
        {
            next = all.FirstOrDefault(e => e.Spec.Parent == next.Id);
        }

        return next;
    }

    /// <summary>The nearest checkpoint that the user knows of, from here downwards; null where there is none.</summary>
    public static CheckpointEntry? Visible(IReadOnlyCollection<CheckpointEntry> all, Guid? id)
    {
        var next = Find(all, id);
        while (next is { IsVisible: false })
        {
            next = Find(all, next.Spec.Parent);
        }

        return next;
    }

    /// <summary>The checkpoints that the user knows of, from here downwards, the nearest first.</summary>
    public static IReadOnlyList<CheckpointEntry> VisibleBelow(IReadOnlyCollection<CheckpointEntry> all, Guid? id)
    {
        var found = new List<CheckpointEntry>();
        for (var next = Visible(all, id); next is not null; next = Visible(all, next.Spec.Parent))
        {
            found.Add(next);
        }

        return found;
    }

    /// <summary>True where a checkpoint is the one, or is below the one, that the machine's state has come from.</summary>
    public static bool IsBelow(IReadOnlyCollection<CheckpointEntry> all, Guid? current, Guid id)
    {
        var next = Find(all, current);
        while (next is not null && next.Id != id)
        {
            next = Find(all, next.Spec.Parent);
        }

        return next is not null;
    }

    /// <summary>A hidden layer that need not be there any more: nothing stands on it, or one thing that can be merged into it. Null where there is none.</summary>
    /// <param name="all">The machine's checkpoints.</param>
    /// <param name="current">The one that the machine's own disks stand on.</param>
    /// <param name="lent">Files that disks of other machines stand on too: they stay as they are.</param>
    /// <returns>The layer, and the checkpoint that stands on it: null where that is the machine itself, or where nothing does.</returns>
    public static (CheckpointEntry Layer, CheckpointEntry? Child, bool IsEmpty)? NextMerge(IReadOnlyCollection<CheckpointEntry> all, Guid? current, IReadOnlySet<string> lent)
    {
        // The newest first: one that never came about has a machine on it that was never switched.
        foreach (var layer in all.Where(e => e.Phase == CheckpointPhase.Hidden && !e.Spec.Disks.Any(disk => lent.Contains(disk.Layer.Path))).OrderByDescending(static e => e.Spec.Time))
        {
            var children = all.Where(e => e.Spec.Parent == layer.Id).ToList();
            var isBelowMachine = current == layer.Id;
            if (children.Count + (isBelowMachine ? 1 : 0) <= 1)
            {
                return (layer, children.FirstOrDefault(), children.Count == 0 && !isBelowMachine);
            }
        }

        return null;
    }

    private static CheckpointEntry? Find(IReadOnlyCollection<CheckpointEntry> all, Guid? id) => id is null ? null : all.FirstOrDefault(e => e.Id == id);
}
