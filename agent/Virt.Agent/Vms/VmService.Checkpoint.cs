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
        var isAlive = VmStates.IsAlive(entry.State);
        var session = isAlive ? entry.Session ?? throw VmErrors.NoMonitor(Verb, entry.Name) : null;
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
            var hasMemory = request.IncludeMemory && type == VMCheckpointType.Standard && (isAlive || entry.State == VMState.Saved);
            if (hasMemory)
            {
                CheckDisksForMemory(Verb, entry);
                CheckMemory(Verb, entry);
            }

            // What was saved takes its space already.
            var saved = hasMemory ? entry.Run?.Saved : null;
            CheckSpace(Verb, entry, hasMemory && isAlive);
            return new CheckpointEntry(CheckpointEntry.NewRow(Guid.NewGuid(), CheckpointPhase.Creating, MomentOf(entry, name) with
            {
                Notes = request.Notes,
                Type = type,
                Status = why.Length > 0 ? $"It is {type}: {why}." : null,
                HasMemory = hasMemory,
                State = hasMemory ? entry.State : VMState.Running,
                MachineType = saved?.MachineType ?? "",
                Accelerator = isAlive ? entry.Run!.Accelerator : saved?.Accelerator ?? "",
                Expires = expires,
            }));
        }
    }

    // The machine as it is, with a new layer to come on top of each of its disks.
    private VmCheckpointSpec MomentOf(VmEntry entry, string name) => new()
    {
        VMId = entry.Id,
        Name = name,
        Time = time.GetUtcNow(),
        Parent = entry.Spec.Checkpoint,
        Disks = [.. entry.Spec.HeldDisks().Select(held => new VmCheckpointDisk
        {
            Drive = held.Drive,
            Layer = new VmDiskLayer(held.Disk.Path, held.Disk.Format, IsOwn: true),
            Below = CheckpointTree.Chain(CheckpointsOf(entry), entry.Spec.Checkpoint, held.Drive).Count > 0 ? [] : held.Disk.Backing,
            Overlay = OverlayPath(held.Disk),
        })],
        Machine = entry.Spec,
    };

    // What a linked copy stands on is one that nobody sees.
    private async Task MakeCheckpointAsync(string verb, VmEntry entry, VmSession? session, CheckpointEntry checkpoint, CheckpointPhase then, Call call)
    {
        await using var undo = new Rollback();
        if (!table.TryInsert(checkpoint.Row))
        {
            throw CheckpointTaken("checkpoint", entry, checkpoint.Name, $"Checkpoint-VM -Name {entry.Name} -SnapshotName '{FreeCheckpointName(entry, checkpoint.Name)}'");
        }

        checkpoints[checkpoint.Id] = checkpoint;
        NoteStandstill(entry);
        undo.Add($"take back checkpoint '{checkpoint.Name}' of VM '{entry.Name}'", () => UndoCheckpointAsync(entry, checkpoint));
        try
        {
            await FaultPoint.ReachAsync(CheckpointFaults.Recorded, call.Cancellation).ConfigureAwait(false);
            foreach (var disk in checkpoint.Spec.Disks.Where(_ => then == CheckpointPhase.Ready && session is null))
            {
                await CheckLayerAsync(verb, entry, disk.Layer, call).ConfigureAwait(false);
            }

            await PrepareDisksAsync(entry, checkpoint, call.Cancellation).ConfigureAwait(false);
            var spec = session is null ? checkpoint.Spec : await SaveAsync(entry, session, checkpoint, call).ConfigureAwait(false);
            if (session is null)
            {
                KeepNvram(entry, checkpoint);
                await KeepSavedAsync(entry, checkpoint).ConfigureAwait(false);
            }

            if (then == CheckpointPhase.Ready)
            {
                spec = await VerifyAsync(verb, entry, session, checkpoint, spec, call).ConfigureAwait(false);
            }

            checkpoint.Set(table, then, spec.WithDisks(static disk => disk with { Overlay = null }));
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

    // The machine's disks are the new files from here on, on paper: those read the same as the old ones until the guest is switched to them, and whatever ends
    // meanwhile can go on with either.
    private async Task PrepareDisksAsync(VmEntry entry, CheckpointEntry checkpoint, CancellationToken cancellation)
    {
        Directory.CreateDirectory(FolderOf(entry).CheckpointFolder(checkpoint.Id), OwnerOnly);
        foreach (var held in entry.Spec.HeldDisks())
        {
            await disks.CreateOverlayAsync(checkpoint.Spec.DiskOf(held.Drive)!.Overlay!, held.Disk.Path, held.Disk.Format, held.Disk.SizeBytes, cancellation).ConfigureAwait(false);
        }

        await FaultPoint.ReachAsync(CheckpointFaults.Made, cancellation).ConfigureAwait(false);
        SetBase(entry, checkpoint.Id, OverlaysOf(checkpoint));
        await FaultPoint.ReachAsync(CheckpointFaults.Prepared, cancellation).ConfigureAwait(false);
    }

    // The files that the machine's disks become, by their drives.
    private static Dictionary<Guid, VmDiskLayer> OverlaysOf(CheckpointEntry checkpoint) =>
        checkpoint.Spec.Disks.Where(static disk => disk.Overlay is not null).ToDictionary(static disk => disk.Drive, static disk => new VmDiskLayer(disk.Overlay!, "qcow2"));

    // Writes that the machine's disks stand on a checkpoint's layers, and which files those are that are others now.
    private void SetBase(VmEntry entry, Guid? checkpoint, IReadOnlyDictionary<Guid, VmDiskLayer>? files = null, VmSpec? machine = null)
    {
        var spec = machine ?? entry.Spec;
        var all = CheckpointsOf(entry);
        foreach (var (drive, _, disk) in spec.HeldDisks().ToList())
        {
            var file = files?.GetValueOrDefault(drive) ?? new VmDiskLayer(disk.Path, disk.Format);
            var chain = CheckpointTree.Chain(all, checkpoint, drive);

            // Where nothing is left of the tree: what its lowest layer was a child of.
            IEnumerable<VmDiskLayer> backing = chain.Count > 0 ? chain.Where(layer => layer.Path != file.Path) : disk.Backing.Where(static layer => !layer.IsOwn);
            spec = spec.WithDisk(drive, disk with { Path = file.Path, Format = file.Format, Backing = [.. backing] });
        }

        entry.Set(table, entry.Phase, entry.Run, spec with { Checkpoint = checkpoint });
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
            UefiVariables.Copy(folder.NvramFile, kept, overwrite: true);
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
        foreach (var overlay in checkpoint.Spec.Disks.Select(static disk => disk.Overlay).OfType<string>())
        {
            File.Delete(overlay);
        }

        ForgetCheckpoint(checkpoint);
    }

    private static string OverlayPath(VmDisk disk)
    {
        var root = disk.HomePath;
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
            unique = wanted.Length == 0 ? FormattableString.Invariant($"{name} ({number})") : throw CheckpointTaken("checkpoint", entry, name, $"Checkpoint-VM -Name {entry.Name} -SnapshotName '{FreeCheckpointName(entry, name)}'");
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

    private static VirtException CheckpointTaken(string verb, VmEntry entry, string name, string action) => new(
        ErrorCode.AlreadyExists,
        "VMCheckpointAlreadyExists",
        $"Cannot {verb} VM '{entry.Name}': it has a checkpoint '{name}' already.",
        name,
        action);

    // What is there stays: another name is what to type.
    private string FreeCheckpointName(VmEntry entry, string name)
    {
        for (var number = 2; ; number++)
        {
            var free = FormattableString.Invariant($"{name}-{number}");
            if (!CheckpointsOf(entry).Any(c => c.Name.Equals(free, StringComparison.OrdinalIgnoreCase)))
            {
                return free;
            }
        }
    }

    private IReadOnlyCollection<CheckpointEntry> CheckpointsOf(VmEntry entry) => [.. checkpoints.Values.Where(c => c.Spec.VMId == entry.Id)];
}
