using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>How a machine's checkpoints come from another host: their rows before any file, each file by a stream, and then every layer stands on the one that it stood on there (docs/adr/0035).</summary>
public sealed partial class VmService
{
    // Two that come at once must not choose the same files.
    private readonly Lock arriving = new();

    // Its row and those of its checkpoints, or nothing. From here on the files that they name are the machine's.
    private (VmEntry Entry, MovedPaths Moved) Admit(OfferMove offer, VmMove move)
    {
        var machine = offer.Machine;
        string[] targets = move.AreDisksShared ? [] : [.. offer.Disks.Select(static disk => disk.Path)];
        lock (arriving)
        {
            if (entries.ContainsKey(machine.VMId))
            {
                throw ResourceName.Taken("move", "VM", machine.VMName);
            }

            if (targets.FirstOrDefault(IsFileTaken) is { } taken)
            {
                throw VmErrors.Disk("move", machine.VMName, new DiskException(DiskProblem.Exists, taken, ""));
            }

            var moved = new MovedPaths(machine, targets, IsFileTaken);
            var entry = new VmEntry(RowOf(offer, move, JoinAfterMove(machine.VMId, machine.VMName, SpecOf(offer, move, moved))), events);
            if (!table.TryInsert(entry.Row))
            {
                Leave(entry);
                throw ResourceName.Taken("move", "VM", machine.VMName);
            }

            entries[entry.Id] = entry;
            try
            {
                AdmitCheckpoints(offer, moved);
                return (entry, moved);
            }
            catch
            {
                ForgetCheckpoints(entry, withLayers: false);
                Forget(entry);
                throw;
            }
        }
    }

    private void AdmitCheckpoints(OfferMove offer, MovedPaths moved)
    {
        foreach (var one in offer.Checkpoints)
        {
            var spec = moved.Of(JsonSerializer.Deserialize(one.Spec, VmJson.Default.VmCheckpointSpec)!) with { VMId = offer.Machine.VMId };
            var checkpoint = new CheckpointEntry(CheckpointEntry.NewRow(one.Id, one.IsHidden ? CheckpointPhase.Hidden : CheckpointPhase.Ready, spec));
            if (!table.TryInsert(checkpoint.Row))
            {
                throw new VirtException(ErrorCode.AlreadyExists, "VMCheckpointAlreadyExists", $"Cannot move VM '{offer.Machine.VMName}' to host '{self.Name}': that has a checkpoint of the id {one.Id} already.", spec.Name, $"Get-VMCheckpoint -ComputerName {self.Name}");
            }

            checkpoints[checkpoint.Id] = checkpoint;
        }
    }

    private bool IsFileTaken(string path) => Path.Exists(path) || IsPlanned(path) || entries.Values.Any(other => FilesOf(other).Contains(path));

    // What the checkpoints keep, in the order in which it is sent; the layers stand on each other afterwards.
    private async Task ReceiveFilesAsync(VmEntry entry, OfferMove offer, MovedPaths moved, FilesReceiver receive, CancellationToken cancellation)
    {
        var files = MoveFiles.Sent(offer);
        if (files.Count == 0)
        {
            return;
        }

        var folder = FolderOf(entry);
        foreach (var checkpoint in CheckpointsOf(entry).Where(static c => c.IsVisible))
        {
            Directory.CreateDirectory(folder.CheckpointFolder(checkpoint.Id), OwnerOnly);
        }

        await receive([.. files.Select(file => PathOf(folder, file, moved))], cancellation).ConfigureAwait(false);
        await FaultPoint.ReachAsync(MovePoint.KeptReceived, cancellation).ConfigureAwait(false);
        foreach (var layer in files.Where(static file => file is { Kind: MoveFileKind.Layer, BelowPath.Length: > 0 }))
        {
            await StandOnAsync(entry, moved.Of(layer.Path), moved.Of(layer.BelowPath), layer.BelowFormat, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The disks that came as files stand on the layers that came with them.</summary>
    /// <exception cref="VirtException">The disk.</exception>
    internal async Task JoinLayersAsync(VmEntry entry, CancellationToken cancellation)
    {
        foreach (var disk in entry.Spec.OwnDisks().Select(static own => own.Disk).Where(HasLayers))
        {
            await StandOnAsync(entry, disk.Path, disk.Backing[0].Path, disk.Backing[0].Format, cancellation).ConfigureAwait(false);
        }
    }

    private async Task StandOnAsync(VmEntry entry, string path, string below, string format, CancellationToken cancellation)
    {
        if (Qcow2Header.BackingOf(path) == below)
        {
            return;
        }

        try
        {
            await disks.RebaseAsync(path, below, format, cancellation).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk("move", entry.Name, e);
        }
    }

    private static string PathOf(VmFolder folder, MoveFile file, MovedPaths moved) => file.Kind switch
    {
        MoveFileKind.Layer => moved.Of(file.Path),
        MoveFileKind.Memory => folder.MemoryFile(file.Checkpoint),
        MoveFileKind.Nvram => folder.NvramFileOf(file.Checkpoint),
        MoveFileKind.Tpm => folder.TpmFileOf(file.Checkpoint),
        _ => folder.SavedFile,
    };
}
