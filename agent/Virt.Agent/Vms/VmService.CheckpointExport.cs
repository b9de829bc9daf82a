using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Archives;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Export-VMCheckpoint: the archive of a machine as it was (docs/adr/0023). What is read of it stays as it is, whatever becomes of the checkpoint meanwhile.</summary>
public sealed partial class VmService
{
    /// <summary>Writes a machine as it was at a checkpoint into a folder of the host. The machine is not touched.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument (the path); AlreadyExists; ResourceExhausted; DataLoss (the checkpoint).</exception>
    public async Task<VMCheckpoint> ExportCheckpointAsync(ExportVMCheckpoint request, Call call)
    {
        const string Verb = "export";
        var (entry, checkpoint) = FindCheckpoint(Verb, request.Id, request.Name, request.VMId, request.VMName);
        call.WorksOn($"{entry.Name} '{checkpoint.Name}'");
        CheckExportPath(entry, request.Path);
        VmStates.CheckExportCheckpoint(entry.Name, entry.State);
        CheckAllHeld(Verb, entry);
        FirmwareRom.CheckExport(entry.Name, checkpoint.Spec.Machine);
        var since = SinceOf(entry, request.Since);
        CheckSpaceToExport(entry, AboveAll(entry, since, ChainsOf(entry, checkpoint)), request.Path);
        var shown = Show(entry, checkpoint) with { Status = checkpoint.Spec.HasMemory ? "Its memory is not part of the archive: what is made of it starts from its disk." : "" };
        if (!call.WhatIf)
        {
            await ExportToAsync(entry, request.Path, partial => BeginExportAsync(entry, checkpoint, since, partial, call), call).ConfigureAwait(false);
        }

        return shown;
    }

    // Under the lock, for a moment.
    private async Task<(VmArchive Archive, IReadOnlyList<VmExportDisk> Disks)> BeginExportAsync(VmEntry entry, CheckpointEntry checkpoint, CheckpointEntry? since, string partial, Call call)
    {
        using var held = await LockAsync("export a checkpoint of", entry, call).ConfigureAwait(false);
        CheckIsThere("export", entry, checkpoint);
        VmStates.CheckExportCheckpoint(entry.Name, entry.State);
        CheckSinceIsThere(entry, since);
        IReadOnlyList<VmExportDisk> chains = [.. ChainsOf(entry, checkpoint).Select(disk => ToExport(entry, disk.Drive, disk.Layers, since))];
        if (chains.SelectMany(static chain => chain.Layers).FirstOrDefault(static layer => !File.Exists(layer.Path)) is { } lost)
        {
            throw new VirtException(ErrorCode.DataLoss, "CheckpointDamaged", $"Cannot export VM '{entry.Name}': checkpoint '{checkpoint.Name}' has lost its file '{lost.Path}'.", checkpoint.Name, $"Get-VMCheckpoint -VMName {entry.Name}");
        }

        await ClaimAsync(entry, partial, chains, call).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmArchiveFaults.ExportBased, call.Cancellation).ConfigureAwait(false);
        var kept = FolderOf(entry).NvramFileOf(checkpoint.Id);
        var archive = BeginArchive(entry, checkpoint.Spec.Machine, File.Exists(kept) ? kept : null, KeptTpmOf(entry, checkpoint), partial, since);
        archive.Checkpoint = checkpoint.Id;
        return (archive, chains);
    }

    // Of each disk that it holds, in the order of the machine's.
    private IEnumerable<(Guid Drive, IReadOnlyList<VmDiskLayer> Layers)> ChainsOf(VmEntry entry, CheckpointEntry checkpoint) =>
        checkpoint.Spec.Machine.HeldDisks().Select(held => (held.Drive, CheckpointTree.Chain(CheckpointsOf(entry), checkpoint.Id, held.Drive)));
}
