using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What a machine's checkpoints keep, as a move takes it along (docs/adr/0035), and what half done to them keeps it.</summary>
public sealed partial class VmService
{
    /// <summary>A disk of the machine's that stands on layers of its own is copied as what stands above them.</summary>
    internal static bool HasLayers(VmDisk disk) => disk.Backing.Any(static layer => layer.IsOwn);

    /// <summary>The names of its checkpoints, the oldest first.</summary>
    internal string[] CheckpointNamesOf(VmEntry entry) => [.. CheckpointsOf(entry).Where(static c => c.IsVisible).OrderBy(static c => c.Spec.Time).Select(static c => c.Name)];

    /// <summary>Before a move: what could be merged and was not yet is.</summary>
    internal async Task CollapseToMoveAsync(VmEntry entry, Call call)
    {
        if (CheckpointsOf(entry).Any(static c => c.Phase == CheckpointPhase.Hidden))
        {
            await TryCollapseAsync(entry, call).ConfigureAwait(false);
        }
    }

    /// <summary>What of its layers keeps it where it is; null: nothing.</summary>
    internal PlanProblem? WhatKeepsLayers(VmEntry entry)
    {
        if (CopiesOf(entry) is { Count: > 0 } copies)
        {
            return PlanProblem.Blocking("VMHasLinkedCopies", entry.Name, $"On the disks of VM '{entry.Name}' stand those of its linked copies {VmErrors.Names(copies)}.", $"Remove-VM -Name {string.Join(',', copies)} -DeleteDisk");
        }

        if (entry.Spec.Exports.Count > 0)
        {
            return PlanProblem.Blocking("VMExporting", entry.Name, $"VM '{entry.Name}' is being exported, which reads its disks here.", "Get-VirtOperation | Where-Object State -eq Running");
        }

        return CheckpointsOf(entry).FirstOrDefault(c => IsHalfDone(entry, c)) is { } half
            ? PlanProblem.Blocking("CheckpointUnsettled", half.Name, $"What was begun with checkpoint '{half.Name}' of VM '{entry.Name}' has not come to its end.", VmStates.IsAlive(entry.State) ? $"Stop-VM -Name {entry.Name}" : "df -h")
            : null;
    }

    // Where of two files it is not known which is the one.
    private static bool IsHalfDone(VmEntry entry, CheckpointEntry checkpoint) =>
        checkpoint.Phase is CheckpointPhase.Creating or CheckpointPhase.Restoring
        || checkpoint.Spec.Disks.Any(disk => disk.Overlay is not null || disk.Replaced is not null || disk.Merging is not null || entry.Spec.DiskOf(disk.Drive)?.Path == disk.Layer.Path);

    /// <summary>Its checkpoints, those too that nobody sees any more.</summary>
    internal MoveCheckpoint[] CheckpointsToMove(VmEntry entry) =>
    [
        .. CheckpointsOf(entry).Select(static c => new MoveCheckpoint { Id = c.Id, IsHidden = c.Phase == CheckpointPhase.Hidden, Spec = JsonSerializer.Serialize(c.Spec, VmJson.Default.VmCheckpointSpec) }),
    ];

    // Of the disks each layer once, on whichever branches it is, and what the checkpoints keep in folders of their own.
    private IEnumerable<MoveFile> FilesToMove(VmEntry entry)
    {
        var all = CheckpointsOf(entry);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (checkpoint, kept) in all.OrderBy(static c => c.Spec.Time).SelectMany(static c => c.Spec.Disks.Select(disk => (c, disk))).Where(one => seen.Add(one.disk.Layer.Path)))
        {
            var below = CheckpointTree.Chain(all, checkpoint.Id, kept.Drive).Skip(1).FirstOrDefault();
            yield return FileAt(kept.Layer.Path) with { Drive = kept.Drive, BelowPath = below?.Path ?? "", BelowFormat = below?.Format ?? "" };
        }

        var folder = FolderOf(entry);
        if (entry is { Phase: VMState.Saved, Run.Saved: not null })
        {
            yield return FileAt(folder.SavedFile) with { Kind = MoveFileKind.Saved };
        }

        foreach (var id in all.Select(static c => c.Id))
        {
            foreach (var (kind, path) in new[] { (MoveFileKind.Memory, folder.MemoryFile(id)), (MoveFileKind.Nvram, folder.NvramFileOf(id)), (MoveFileKind.Tpm, folder.TpmFileOf(id)) }.Where(static file => File.Exists(file.Item2)))
            {
                yield return FileAt(path) with { Kind = kind, Checkpoint = id };
            }
        }
    }

    private static MoveFile FileAt(string path) => new() { Path = path, LengthBytes = Length(path) };

    // What is left of its layers and of its checkpoints when the machine is another host's, or nobody's. Before its own row goes; may be repeated.
    private void ForgetCheckpoints(VmEntry entry, bool withLayers)
    {
        foreach (var checkpoint in CheckpointsOf(entry))
        {
            foreach (var path in checkpoint.Spec.Disks.SelectMany(static disk => disk.Files).Where(path => withLayers && File.Exists(path)))
            {
                File.Delete(path);
            }

            ForgetCheckpoint(checkpoint);
        }
    }
}
