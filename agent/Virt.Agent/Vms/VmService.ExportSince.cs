using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Archives;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Archives that hold only what has changed since a checkpoint, and what is made of them (docs/adr/0033): the layers above the checkpoint's are just that.</summary>
public sealed partial class VmService
{
    private const string DifferenceFile = "difference.qcow2";

    /// <exception cref="VirtException">NotFound.</exception>
    private CheckpointEntry? SinceOf(VmEntry entry, string name) => name.Length == 0 ? null : FindCheckpoint("export", Guid.Empty, name, entry.Id, entry.Name).Checkpoint;

    // Under the lock.
    private void CheckSinceIsThere(VmEntry entry, CheckpointEntry? since)
    {
        if (since is not null)
        {
            CheckIsThere("export", entry, since);
        }
    }

    // A disk with what it stands on, down to the checkpoint's layer and further.
    private VmExportDisk ToExport(VmEntry entry, Guid drive, IReadOnlyList<VmDiskLayer> layers, CheckpointEntry? since)
    {
        if (since is null)
        {
            return new VmExportDisk(layers, null);
        }

        var path = since.Spec.DiskOf(drive)?.Layer.Path;
        return new VmExportDisk(layers, layers.FirstOrDefault(layer => layer.Path == path) ?? throw new VirtException(
            ErrorCode.WrongState,
            "CheckpointIsElsewhere",
            $"Cannot export VM '{entry.Name}': what is to be written has not come from checkpoint '{since.Name}', which is on another branch or newer.",
            since.Name,
            $"Get-VMCheckpoint -VMName {entry.Name}"));
    }

    // The files whose contents are written, at most.
    private IEnumerable<string> AboveAll(VmEntry entry, CheckpointEntry? since, IEnumerable<(Guid Drive, IReadOnlyList<VmDiskLayer> Layers)> disks) =>
        disks.Select(disk => ToExport(entry, disk.Drive, disk.Layers, since)).SelectMany(static disk => disk.Above).Select(static layer => layer.Path);

    private Task WriteDifferenceAsync(VmEntry entry, VmExportDisk disk, long sizeBytes, string target, string activity, Call call) => WriteDiskAsync(
        "export",
        entry.Name,
        disk.Above,
        target,
        activity,
        call,
        cancellation => disks.WriteDifferenceAsync([.. disk.Layers.Select(static layer => (layer.Path, layer.Format))], sizeBytes, disk.Above.Count, target, cancellation));

    // The disk becomes as it was at the next of its archives.
    private async Task ApplyDifferenceAsync(VmEntry entry, VmDisk disk, long sizeBytes, VmArchivePart part, string file, Call call)
    {
        var difference = new VmDisk { Path = Path.Combine(FolderOf(entry).State, DifferenceFile), Format = "qcow2", SizeBytes = sizeBytes, IsNew = true };
        await CopyImportedAsync(entry, difference, part, file, call).ConfigureAwait(false);
        try
        {
            await disks.RebaseAsync(difference.Path, disk.Path, disk.Format, call.Cancellation).ConfigureAwait(false);
            await disks.CommitAsync(difference.Path, call.Cancellation).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk("import", entry.Name, e);
        }

        File.Delete(difference.Path);
        await FaultPoint.ReachAsync(VmArchiveFaults.ImportApplied, call.Cancellation).ConfigureAwait(false);
    }
}
