using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Qmp;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Checkpoint-VM (docs/adr/0007).</summary>
public sealed partial class VmService
{
    internal const string CheckpointKind = "vmcheckpoint";

    private readonly ConcurrentDictionary<Guid, CheckpointEntry> checkpoints = new();

    /// <summary>Makes a checkpoint. A guest that runs stands still for a moment only.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument or AlreadyExists (the name); ResourceExhausted (space); Unavailable (QEMU).</exception>
    public async Task<VMCheckpoint> CheckpointAsync(CheckpointVM request, Call call)
    {
        const string Verb = "checkpoint";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(Verb, entry, call).ConfigureAwait(false);
        VmStates.CheckCheckpoint(entry.Name, entry.State);
        var name = CheckpointNameOf(entry, request.CheckpointName);
        CheckDepth(Verb, entry);
        CheckLayersAreThere(Verb, entry);
        var isRunning = entry.State == VMState.Running;
        var session = isRunning ? entry.Session ?? throw VmErrors.NoMonitor(Verb, entry.Name) : null;
        var (type, why) = await CheckpointTypeAsync(Verb, entry, request.CheckpointType, call).ConfigureAwait(false);
        var expires = ExpiryOf(entry, request.ExpiresAfter);
        var checkpoint = New(type, why);
        if (call.WhatIf)
        {
            return Show(entry, checkpoint);
        }

        try
        {
            await MakeCheckpointAsync(Verb, entry, session, checkpoint, CheckpointPhase.Ready, call).ConfigureAwait(false);
        }
        catch (VirtException e) when (e.Id == FreezeRefused && (request.CheckpointType ?? entry.Spec.CheckpointType) == VMCheckpointType.Production)
        {
            checkpoint = New(VMCheckpointType.Standard, $"its guest did not come to rest{(e.InnerException is { } cause ? $" ({VmErrors.Sentence(cause.Message)})" : "")}");
            await MakeCheckpointAsync(Verb, entry, session, checkpoint, CheckpointPhase.Ready, call).ConfigureAwait(false);
        }

        if (expires is not null)
        {
            NotifyExpiry();
        }

        entry.Tell(VirtEventAction.Checkpointed, $"Its checkpoint is '{name}'.");
        return Show(entry, checkpoint);

        CheckpointEntry New(VMCheckpointType type, string why)
        {
            var hasMemory = isRunning && request.IncludeMemory && type == VMCheckpointType.Standard;
            CheckFurtherDisks(Verb, entry, hasMemory);
            if (hasMemory)
            {
                CheckTpm(Verb, entry);
            }

            CheckSpace(Verb, entry, hasMemory);
            return new CheckpointEntry(CheckpointEntry.NewRow(Guid.NewGuid(), CheckpointPhase.Creating, MomentOf(entry, name) with
            {
                Notes = request.Notes,
                Type = type,
                Status = why.Length > 0 ? $"It is {type}: {why}." : null,
                HasMemory = hasMemory,
                Accelerator = isRunning ? entry.Run!.Accelerator : "",
                Expires = expires,
            }));
        }
    }

    // The machine as it is, with a new layer to come on top of its disk.
    private VmCheckpointSpec MomentOf(VmEntry entry, string name)
    {
        var disk = entry.Spec.Disk;
        return new VmCheckpointSpec
        {
            VMId = entry.Id,
            Name = name,
            Time = time.GetUtcNow(),
            Parent = entry.Spec.Checkpoint,
            Layer = disk is null ? null : new VmDiskLayer(disk.Path, disk.Format, IsOwn: true),
            Below = disk is null || entry.Spec.Checkpoint is not null ? [] : disk.Backing,
            Machine = entry.Spec,
            Overlay = disk is null ? null : OverlayPath(entry),
        };
    }

    // What a linked copy stands on is one that nobody sees.
    private async Task MakeCheckpointAsync(string verb, VmEntry entry, VmSession? session, CheckpointEntry checkpoint, CheckpointPhase then, Call call)
    {
        await using var undo = new Rollback();
        if (!table.TryInsert(checkpoint.Row))
        {
            throw CheckpointTaken("checkpoint", entry, checkpoint.Name);
        }

        checkpoints[checkpoint.Id] = checkpoint;
        undo.Add($"take back checkpoint '{checkpoint.Name}' of VM '{entry.Name}'", () => UndoCheckpointAsync(entry, checkpoint));
        try
        {
            await FaultPoint.ReachAsync(CheckpointFaults.Recorded, call.Cancellation).ConfigureAwait(false);
            if (then == CheckpointPhase.Ready && session is null && checkpoint.Spec.Layer is { } layer)
            {
                await CheckLayerAsync(verb, entry, layer, call).ConfigureAwait(false);
            }

            await PrepareDiskAsync(entry, checkpoint, call.Cancellation).ConfigureAwait(false);
            var spec = session is null ? checkpoint.Spec : await SaveAsync(entry, session, checkpoint, call).ConfigureAwait(false);
            if (session is null)
            {
                KeepNvram(entry, checkpoint);
            }

            if (then == CheckpointPhase.Ready)
            {
                spec = await VerifyAsync(verb, entry, session, checkpoint, spec, call).ConfigureAwait(false);
            }

            checkpoint.Set(table, then, spec with { Overlay = null });
            undo.Commit();
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(verb, entry.Name, e);
        }
        catch (QmpException e)
        {
            throw VmErrors.Refused(verb, entry.Name, e);
        }
        catch (QmpClosedException e)
        {
            throw VmErrors.NoMonitor(verb, entry.Name, e);
        }
    }

    // The machine's disk is the new file from here on, on paper: that reads the same as the old one until the guest is switched to it, and whatever ends meanwhile
    // can go on with either.
    private async Task PrepareDiskAsync(VmEntry entry, CheckpointEntry checkpoint, CancellationToken cancellation)
    {
        Directory.CreateDirectory(FolderOf(entry).CheckpointFolder(checkpoint.Id), OwnerOnly);
        if (entry.Spec.Disk is { } disk)
        {
            await disks.CreateOverlayAsync(checkpoint.Spec.Overlay!, disk.Path, disk.Format, disk.SizeBytes, cancellation).ConfigureAwait(false);
        }

        await FaultPoint.ReachAsync(CheckpointFaults.Made, cancellation).ConfigureAwait(false);
        SetBase(entry, checkpoint.Id, checkpoint.Spec.Overlay, "qcow2");
        await FaultPoint.ReachAsync(CheckpointFaults.Prepared, cancellation).ConfigureAwait(false);
    }

    // Writes that the machine's disk is a file that stands on a checkpoint's layer.
    private void SetBase(VmEntry entry, Guid? checkpoint, string? path, string? format, VmSpec? machine = null)
    {
        var spec = machine ?? entry.Spec;
        var disk = spec.Disk;
        if (disk is not null && path is not null && format is not null)
        {
            // Where nothing is left of the tree: what its lowest layer was a child of.
            var backing = checkpoint is null ? [.. disk.Backing.Where(static layer => !layer.IsOwn)] : CheckpointTree.Chain(CheckpointsOf(entry), checkpoint);
            disk = disk with { Path = path, Format = format, Backing = backing };
        }

        entry.Set(table, entry.Phase, entry.Run, spec with { Disk = disk, Checkpoint = checkpoint });
    }

    private void KeepNvram(VmEntry entry, CheckpointEntry checkpoint)
    {
        KeepTpm(entry, checkpoint);
        var folder = FolderOf(entry);
        if (!File.Exists(folder.NvramFile))
        {
            return;
        }

        var kept = folder.NvramFileOf(checkpoint.Id);
        try
        {
            File.Copy(folder.NvramFile, kept, overwrite: true);
        }
        catch (IOException e)
        {
            throw new DiskException(DiskFull.Is(e) ? DiskProblem.NoSpace : DiskProblem.Other, kept, e.Message);
        }
    }

    // From wherever it has come to. What the guest has written since it was switched is merged back.
    private async ValueTask UndoCheckpointAsync(VmEntry entry, CheckpointEntry checkpoint)
    {
        var isSettled = await SettleAsync(entry).ConfigureAwait(false);
        if (entry.Spec.Checkpoint == checkpoint.Id)
        {
            await HideCheckpointAsync(entry, checkpoint).ConfigureAwait(false);
            if (isSettled)
            {
                await CollapseAsync(entry, null, CancellationToken.None).ConfigureAwait(false);
            }

            // A QEMU that does not answer writes to the one file or to the other, which is found out when it answers again, or has ended.
            return;
        }

        RemoveCheckpointFiles(entry, checkpoint);
        if (checkpoint.Spec.Overlay is { } overlay)
        {
            File.Delete(overlay);
        }

        ForgetCheckpoint(checkpoint);
    }

    private string OverlayPath(VmEntry entry)
    {
        var root = entry.Spec.Disk!.HomePath;
        while (true)
        {
            var path = Path.Combine(Path.GetDirectoryName(root)!, FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(root)}.{Guid.NewGuid().ToString("N")[..8]}.qcow2"));
            if (!Path.Exists(path))
            {
                return path;
            }
        }
    }

    private string CheckpointNameOf(VmEntry entry, string wanted)
    {
        var name = wanted.Length > 0 ? wanted : entry.Name + time.GetLocalNow().ToString(" - yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        CheckCheckpointName("checkpoint", entry, name, $"Checkpoint-VM -Name {entry.Name} -SnapshotName before");
        var unique = name;
        for (var number = 2; CheckpointsOf(entry).Any(c => c.Phase != CheckpointPhase.Hidden && c.Name.Equals(unique, StringComparison.OrdinalIgnoreCase)); number++)
        {
            unique = wanted.Length == 0 ? FormattableString.Invariant($"{name} ({number})") : throw CheckpointTaken("checkpoint", entry, name);
        }

        return unique;
    }

    private static void CheckCheckpointName(string verb, VmEntry entry, string name, string action)
    {
        if (name.Length is 0 or > 100 || name.Trim().Length != name.Length || name.Any(static c => char.IsControl(c) || c is '*' or '?' or '[' or ']' or '`' or '/' or '#'))
        {
            throw new VirtException(
                ErrorCode.InvalidArgument,
                "InvalidName",
                $"Cannot {verb} VM '{entry.Name}': '{name}' is no name for a checkpoint; 1 to 100 characters without * ? [ ] ` / # are required.",
                name,
                action);
        }
    }

    private static VirtException CheckpointTaken(string verb, VmEntry entry, string name) => new(
        ErrorCode.AlreadyExists,
        "VMCheckpointAlreadyExists",
        $"Cannot {verb} VM '{entry.Name}': it has a checkpoint '{name}' already.",
        name,
        $"Remove-VMCheckpoint -VMName {entry.Name} -Name '{name}'");

    private IReadOnlyCollection<CheckpointEntry> CheckpointsOf(VmEntry entry) => [.. checkpoints.Values.Where(c => c.Spec.VMId == entry.Id)];
}
