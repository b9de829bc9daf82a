using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Qmp;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>A checkpoint that cannot be gone back to is none: what was made is looked at before it counts, and how many stand on each other is limited.</summary>
public sealed partial class VmService
{
    /// <summary>As many as Hyper-V allows. A disk is read through all of them.</summary>
    internal const int MostCheckpoints = 50;

    private void CheckDepth(string verb, VmEntry entry)
    {
        var all = CheckpointsOf(entry);
        var below = CheckpointTree.VisibleBelow(all, entry.Spec.Checkpoint);
        if (below.Count >= MostCheckpoints)
        {
            throw new VirtException(
                ErrorCode.ResourceExhausted,
                "TooManyCheckpoints",
                $"Cannot {verb} VM '{entry.Name}': {below.Count} checkpoints stand on each other; at most {MostCheckpoints} can, and the oldest of them is '{below[^1].Name}'.",
                entry.Name,
                $"Remove-VMCheckpoint -VMName {entry.Name} -Name '{below[^1].Name}'");
        }
    }

    // The guest runs on already; where anything is wrong it goes back to the one file, as it was before.
    private async Task<VmCheckpointSpec> VerifyAsync(string verb, VmEntry entry, VmSession? session, CheckpointEntry checkpoint, VmCheckpointSpec spec, Call call)
    {
        call.Report($"Checkpointing VM '{entry.Name}'", "looking at what was made");
        if (spec.HasMemory)
        {
            var path = FolderOf(entry).MemoryFile(checkpoint.Id);
            spec = spec with { MemoryFileBytes = new FileInfo(path).Length };
            if (SavedMemory.WhatIsWrong(path, spec.MemoryFileBytes) is { } wrong)
            {
                throw Unsound(verb, entry, $"the file of its memory is damaged ({wrong})");
            }
        }

        foreach (var disk in spec.Disks)
        {
            var (layer, overlay) = (disk.Layer, disk.Overlay!);
            if (session is not null && !await WritesToAsync(session, DeviceOf(entry, disk.Drive), overlay, call).ConfigureAwait(false))
            {
                throw Unsound(verb, entry, $"QEMU does not write to the new file '{overlay}'");
            }

            if (session is not null)
            {
                await CheckLayerAsync(verb, entry, layer, call).ConfigureAwait(false);
            }

            if (Qcow2Header.BackingOf(overlay) != Path.GetFullPath(layer.Path))
            {
                throw Unsound(verb, entry, $"the new file '{overlay}' does not stand on '{layer.Path}'");
            }
        }

        await FaultPoint.ReachAsync(CheckpointFaults.Verified, call.Cancellation).ConfigureAwait(false);
        return spec;
    }

    // A QEMU that has ended since has left all of the checkpoint behind: it had been told of the new file, and had said yes.
    private static async Task<bool> WritesToAsync(VmSession session, string device, string overlay, Call call)
    {
        try
        {
            return await session.IsDiskAsync(device, overlay, call.Cancellation).ConfigureAwait(false);
        }
        catch (QmpClosedException)
        {
            return true;
        }
    }

    // Nobody writes to it: the machine is off, or has just gone on to the new file.
    private async Task CheckLayerAsync(string verb, VmEntry entry, VmDiskLayer layer, Call call)
    {
        if (layer.Format == "qcow2" && !(await disks.CheckQuietAsync(layer.Path, call.Cancellation).ConfigureAwait(false)).IsSound)
        {
            throw Unsound(verb, entry, $"its disk '{layer.Path}' is damaged");
        }
    }

    private static VirtException Unsound(string verb, VmEntry entry, string why) =>
        new(ErrorCode.DataLoss, "CheckpointDamaged", $"Cannot {verb} VM '{entry.Name}': {why}.", entry.Name, entry.Spec.Disk is { } disk ? $"Stop-VM -Name {entry.Name}; Test-VHD -Path '{disk.Path}'" : $"Get-VM -Name {entry.Name}");
}
