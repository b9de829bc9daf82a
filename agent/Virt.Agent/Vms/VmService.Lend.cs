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
/// Layers of one machine's disk that disks of others, its linked copies, stand on (docs/adr/0022). They stay as they are as long as a row names them. Whoever holds a copy's lock
/// may enter its lender's, never the other way round but with copies that nobody has seen yet.
/// </summary>
public sealed partial class VmService
{
    private static readonly TimeSpan FlattenTick = TimeSpan.FromMilliseconds(500);

    /// <summary>The names of the machines whose disks stand on this one's.</summary>
    internal IReadOnlyList<string> CopiesOf(VmEntry entry)
    {
        var own = CheckpointsOf(entry).SelectMany(static c => c.Spec.Disks).Select(static disk => disk.Layer.Path).ToHashSet(StringComparer.Ordinal);
        return own.Count == 0 ? [] : [.. entries.Values.Where(e => e != entry && e.Spec.Layers().Any(layer => own.Contains(layer.Path))).Select(static e => e.Name).Order(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The machine whose disk this one's stands on; null: none.</summary>
    internal VmEntry? LenderOf(VmEntry entry) =>
        entry.Spec.Layers().FirstOrDefault(static layer => layer.IsLent) is { } lent
        && checkpoints.Values.FirstOrDefault(c => c.Spec.Disks.Any(disk => disk.Layer.Path == lent.Path)) is { } kept
        && entries.TryGetValue(kept.Spec.VMId, out var lender) ? lender : null;

    // Whatever stands on a file of this machine by a row of its own, or is read for an archive.
    private HashSet<string> LentFilesOf(VmEntry entry) => entries.Values.Where(e => e != entry).SelectMany(static e => e.Spec.Layers()).Select(static layer => layer.Path)
        .Concat(entry.Spec.Exports.SelectMany(static export => export.Layers)).ToHashSet(StringComparer.Ordinal);

    // For qemu-img; null where every lock may be taken.
    private static string? ChainOf(IReadOnlyList<VmDiskLayer> layers) =>
        layers.Any(static layer => layer.IsLent) ? DiskChain.NameOf([.. layers.Select(static layer => (layer.Path, layer.Format, layer.IsLent))]) : null;

    // What a machine that is gone stood on may be merged now. Where that fails it is tried again with the next change, and when the agent starts.
    private async Task GiveBackLayersAsync(VmEntry gone, Call? call = null)
    {
        await FaultPoint.ReachAsync(CopyFaults.Forgotten).ConfigureAwait(false);
        var lent = gone.Spec.Layers().Where(static layer => layer.IsLent).Select(static layer => layer.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var id in checkpoints.Values.Where(c => c.Phase == CheckpointPhase.Hidden && c.Spec.Disks.Any(disk => lent.Contains(disk.Layer.Path))).Select(static c => c.Spec.VMId).Distinct().ToList())
        {
            if (entries.TryGetValue(id, out var lender))
            {
                await CollapseLenderAsync(lender, call).ConfigureAwait(false);
            }
        }
    }

    private async Task CollapseLenderAsync(VmEntry lender, Call? call)
    {
        using var held = await locks.EnterAsync(lender.Id, CancellationToken.None).ConfigureAwait(false);
        if (!lender.IsRemoved)
        {
            await TryCollapseAsync(lender, call).ConfigureAwait(false);
        }
    }

    // Under the lender's lock.
    private async Task TryCollapseAsync(VmEntry lender, Call? call = null)
    {
        try
        {
            await CollapseAsync(lender, call, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DiskException or QmpException or QmpClosedException or VirtException or IOException)
        {
            AgentLog.Warning($"What no copy of VM '{lender.Name}' stands on any more could not be merged yet: {e.Message}");
        }
    }

    // Before a linked copy is removed whose disk stays.
    private void CheckSpaceToKeep(VmEntry entry)
    {
        foreach (var disk in entry.Spec.OwnDisks().Select(static own => own.Disk).Where(static disk => disk.Backing.Any(static layer => layer.IsLent)).Where(_ => OwnsDisk(entry)))
        {
            CheckSpaceToFlatten("remove", entry.Name, disk.Backing.Select(static l => l.Path).Append(disk.Path).Sum(SizeOf), Path.GetDirectoryName(disk.HomePath)!);
        }
    }

    private static void CheckSpaceToFlatten(string verb, string name, long needed, string folder)
    {
        if (FreeBytes(folder) is var free && free < needed + SpaceReserve)
        {
            throw new VirtException(
                ErrorCode.ResourceExhausted,
                "NoSpaceForDisk",
                FormattableString.Invariant($"Cannot {verb} VM '{name}': '{folder}' has {free >> 20} MiB free; {(needed + SpaceReserve) >> 20} MiB are required for a disk that stands on no other."),
                name,
                verb == "remove" ? $"Remove-VM -Name {name} -DeleteDisk" : "df -h");
        }
    }

    // The disks of a linked copy that outlive it become such that stand on nothing. May be repeated from anywhere in it.
    private async Task PartDisksAsync(VmEntry entry, Call? call)
    {
        foreach (var disk in entry.Spec.OwnDisks().Select(static own => own.Disk).Where(static disk => disk.Backing.Any(static layer => layer.IsLent)).Where(_ => OwnsDisk(entry)))
        {
            await PartDiskAsync(entry, disk, call).ConfigureAwait(false);
        }
    }

    private async Task PartDiskAsync(VmEntry entry, VmDisk disk, Call? call)
    {
        try
        {
            var whole = disk.Path + ".whole";
            File.Delete(whole);
            if ((await disks.InfoAsync(disk.Path, inUse: true, CancellationToken.None).ConfigureAwait(false)).BackingPath is null)
            {
                return;
            }

            await FlattenAsync("remove", entry.Name, [new VmDiskLayer(disk.Path, disk.Format), .. disk.Backing], whole, $"Removing VM '{entry.Name}'", call).ConfigureAwait(false);
            await FaultPoint.ReachAsync(CopyFaults.Parted).ConfigureAwait(false);
            File.Move(whole, disk.Path, overwrite: true);
            await FaultPoint.ReachAsync(CopyFaults.Named).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk("remove", entry.Name, e);
        }
    }

    private Task FlattenAsync(string verb, string name, IReadOnlyList<VmDiskLayer> layers, string target, string activity, Call? call) =>
        WriteDiskAsync(verb, name, layers, target, activity, call, cancellation => disks.FlattenAsync(layers[0].Path, layers[0].Format, target, cancellation));

    private async Task WriteDiskAsync(string verb, string name, IReadOnlyList<VmDiskLayer> layers, string target, string activity, Call? call, Func<CancellationToken, Task> write)
    {
        var total = Math.Max(1, layers.Sum(static layer => SizeOf(layer.Path)));
        var start = time.GetTimestamp();
        try
        {
            // A removal that was begun goes on.
            var writing = write(verb == "remove" ? default : call?.Cancellation ?? default);
            while (await Task.WhenAny(writing, Task.Delay(FlattenTick, time, CancellationToken.None)).ConfigureAwait(false) != writing)
            {
                var done = Math.Min(total, SizeOf(target));
                var elapsed = time.GetElapsedTime(start);
                call?.Report(
                    activity,
                    FormattableString.Invariant($"its disk: {done >> 20} of {total >> 20} MB"),
                    (int)(100 * done / total),
                    done > 0 ? elapsed * ((double)(total - done) / done) : null,
                    (long)(done / elapsed.TotalSeconds));
            }

            await writing.ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(verb, name, e);
        }
    }
}
