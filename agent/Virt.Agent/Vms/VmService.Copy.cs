using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// Copy-VM (docs/adr/0022). A copy stands on layers of the machine's disks that a checkpoint keeps which nobody sees; a full one until its own disks are written. Its row
/// says so before that layer could be merged.
/// </summary>
public sealed partial class VmService
{
    private const string CopyVerb = "copy";

    /// <summary>Makes copies of a machine, all that were asked for or none. One that runs stands still for a moment.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument; AlreadyExists; Conflict (an address); ResourceExhausted; Unavailable (QEMU). What keeps a copy from starting stands in the list's errors.</exception>
    public async Task<VMList> CopyAsync(CopyVM request, Call call)
    {
        var source = Find(CopyVerb, request.Id, request.Name);
        call.WorksOn(source.Name);
        VmCopy.Check(source.Name, request);
        var start = time.GetTimestamp();
        var note = VmCopy.NoteOf(source.Spec, request);
        var locked = new List<IDisposable>();
        IReadOnlyList<VmEntry> copies;
        try
        {
            using (await LockAsync(CopyVerb, source, call).ConfigureAwait(false))
            {
                VmStates.CheckCopy(source.Name, source.State);
                CheckAllHeld(CopyVerb, source);
                copies = await BeginCopiesAsync(source, request, locked, call).ConfigureAwait(false);
            }

            if (request.Full && !call.WhatIf)
            {
                await FillCopiesAsync(source, copies, call).ConfigureAwait(false);
            }
        }
        finally
        {
            locked.ForEach(static held => held.Dispose());
        }

        if (call.WhatIf)
        {
            return new VMList { Items = [.. copies.Select(copy => Show(copy) with { Status = note })] };
        }

        AgentLog.Info(FormattableString.Invariant($"After {time.GetElapsedTime(start).TotalMilliseconds:0.0} ms VM '{source.Name}' has {copies.Count} more {(request.Full ? "full" : "linked")} {(copies.Count == 1 ? "copy" : "copies")}: {VmErrors.Names([.. copies.Select(static c => c.Name)])}"));
        var errors = request.Start ? await StartCopiesAsync(copies, call).ConfigureAwait(false) : [];
        return new VMList { Items = [.. copies.Select(copy => Show(copy) with { Status = note.Length > 0 ? note : Show(copy).Status })], Errors = [.. errors] };
    }

    // Under the source's lock: everything but the disks of full copies.
    private async Task<IReadOnlyList<VmEntry>> BeginCopiesAsync(VmEntry source, CopyVM request, List<IDisposable> locked, Call call)
    {
        var names = VmCopy.NamesOf(source.Name, request.NewName, request.Count, name => FindByName(name) is not null);
        var from = request.CheckpointName.Length > 0 ? FindCheckpoint(CopyVerb, Guid.Empty, request.CheckpointName, source.Id, source.Name).Checkpoint : UntouchedBase(source);
        var fresh = from is null && source.Spec.HeldDisks().Any() ? NewBase(CopyVerb, source) : null;
        CheckSpaceForCopies(source, request);
        var copies = new List<VmEntry>();
        await using var undo = new Rollback();
        undo.Add($"merge what copies of VM '{source.Name}' stood on", () => new ValueTask(TryCollapseAsync(source)));
        foreach (var name in names)
        {
            copies.Add(await ReserveCopyAsync(source, request, name, from ?? fresh, locked, undo, call).ConfigureAwait(false));
        }

        if (call.WhatIf)
        {
            return copies;
        }

        await FaultPoint.ReachAsync(CopyFaults.Reserved, call.Cancellation).ConfigureAwait(false);
        if (fresh is not null)
        {
            call.Report($"Copying VM '{source.Name}'", "putting new layers on its disks");
            await MakeCheckpointAsync(CopyVerb, source, VmStates.IsAlive(source.State) ? source.Session : null, fresh, CheckpointPhase.Hidden, call).ConfigureAwait(false);
        }

        await FaultPoint.ReachAsync(CopyFaults.Based, call.Cancellation).ConfigureAwait(false);
        foreach (var copy in copies)
        {
            await MakeCopyFilesAsync(source, copy, request.CheckpointName.Length > 0 ? from : fresh, isLinked: !request.Full, call).ConfigureAwait(false);
        }

        if (fresh is not null)
        {
            RemoveCheckpointFiles(source, fresh);
        }

        await FaultPoint.ReachAsync(CopyFaults.Filled, call.Cancellation).ConfigureAwait(false);
        foreach (var copy in copies.Where(copy => !request.Full || !copy.Spec.OwnDisks().Any()))
        {
            copy.Set(table, VMState.Stopped, null);
            await FaultPoint.ReachAsync(CopyFaults.Made).ConfigureAwait(false);
        }

        undo.Commit();
        return copies;
    }

    // The row, and with it the name, the address and the claim on the layers.
    private async Task<VmEntry> ReserveCopyAsync(VmEntry source, CopyVM request, string name, CheckpointEntry? from, List<IDisposable> locked, Rollback undo, Call call)
    {
        if (FindByName(name) is not null)
        {
            throw ResourceName.Taken(CopyVerb, "VM", name, of: source.Name);
        }

        var id = Guid.NewGuid();
        var copy = new VmEntry(VmEntry.NewRow(id, name, call.WhatIf ? VMState.Stopped : VMState.Creating, CopySpec(source, request, id, name, from, call.WhatIf), time.GetUtcNow()), events);
        if (call.WhatIf)
        {
            return copy;
        }

        undo.Add($"give back the place of VM '{name}' in its network", () => Leave(copy));
        locked.Add(await locks.EnterAsync(id, call.Cancellation).ConfigureAwait(false));
        if (!table.TryInsert(copy.Row))
        {
            throw ResourceName.Taken(CopyVerb, "VM", name, of: source.Name);
        }

        undo.Add($"remove VM '{name}'", () => Discard(copy));
        entries[id] = copy;
        return copy;
    }

    private VmSpec CopySpec(VmEntry source, CopyVM request, Guid id, string name, CheckpointEntry? from, bool whatIf)
    {
        var spec = source.Spec;
        if (request.CheckpointName.Length > 0)
        {
            var was = from!.Spec.Machine;
            spec = spec with { MemoryBytes = was.MemoryBytes, AddedMemory = was.AddedMemory, MaximumMemoryBytes = was.MaximumMemoryBytes, BackingPageSize = was.BackingPageSize, ProcessorCount = was.ProcessorCount, CpuModel = was.CpuModel, CoresPerSocket = was.CoresPerSocket, ThreadsPerCore = was.ThreadsPerCore, Generation = was.Generation, FirmwarePath = was.FirmwarePath, HasTpm = was.HasTpm, Image = was.Image, Pending = null };
        }

        var place = new NewVM
        {
            Name = name,
            SwitchName = request.SwitchName ?? (spec.Attachment is { } attachment ? networks.NameOf(attachment.NetworkId) : spec.Network ?? NewVMCheck.NoNetwork),
            Publish = request.Publish,
            AllowFrom = request.Publish.Length == 0 ? [] : [.. spec.Attachment?.AllowFrom ?? []],
        };
        spec = WithNetworkNames(spec);
        var network = NewVMCheck.NetworkOf(place.SwitchName);
        place.IPAddresses = request.KeepIdentity && NewVMCheck.IsShared(network) ? [.. spec.Attachment?.Addresses ?? []] : request.IPAddresses;
        NewVMCheck.CheckNetwork(place);
        var made = VmCopy.SpecOf(spec, source.Id, id, network, request.KeepIdentity, name) with { RenewsIdentity = !request.KeepIdentity && spec.OwnDisks().Any() };
        if (from is not null)
        {
            var others = new Queue<VmDrive>(made.Drives);
            made = made with
            {
                Disk = spec.Disk is { } first ? DiskOn(source, from, Guid.Empty, first, FreePath(name)) : null,
                Drives = [.. spec.Drives.Select(drive => drive.IsOwned ? drive with { Id = Guid.NewGuid(), Media = DiskOn(source, from, drive.Id, drive.Media!, FreePath($"{name}-{drive.Name}")) } : others.Dequeue())],
            };
        }

        return JoinAll(id, place, made, whatIf);
    }

    // A disk that stands on what a moment has of the source's.
    private VmDisk DiskOn(VmEntry source, CheckpointEntry moment, Guid drive, VmDisk disk, string path)
    {
        // A new layer is not in the tree yet; it stands on what the disk stands on now.
        var below = checkpoints.ContainsKey(moment.Id) ? CheckpointTree.Chain(CheckpointsOf(source), moment.Id, drive) : [moment.Spec.DiskOf(drive)!.Layer, .. disk.Backing];
        return disk with { Path = path, Format = "qcow2", IsNew = true, Backing = VmCopy.Lend(below) };
    }

    private async Task MakeCopyFilesAsync(VmEntry source, VmEntry copy, CheckpointEntry? moment, bool isLinked, Call call)
    {
        var folder = FolderOf(copy);
        Directory.CreateDirectory(folder.State, OwnerOnly);

        // Where it runs: as they were in the moment of its disk.
        if (NvramOf(source, moment) is { } variables)
        {
            UefiVariables.Copy(variables, folder.NvramFile);
        }

        CopyTpm(source, copy, moment);
        Directory.CreateDirectory(VmFolder.DiskFolder(paths), OwnerOnly);
        try
        {
            foreach (var disk in copy.Spec.OwnDisks().Select(static own => own.Disk).Where(_ => isLinked))
            {
                await disks.CreateOverlayAsync(disk.Path, disk.Backing[0].Path, disk.Backing[0].Format, disk.SizeBytes, call.Cancellation).ConfigureAwait(false);
            }
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(CopyVerb, source.Name, e);
        }

        TakeLease(CopyVerb, copy);
    }

    // Under the copies' locks alone: the source goes on meanwhile, and what is read of it stays as it is.
    private async Task FillCopiesAsync(VmEntry source, IReadOnlyList<VmEntry> copies, Call call)
    {
        try
        {
            foreach (var disk in copies.SelectMany(static c => c.Spec.OwnDisks()).Select(static own => own.Disk))
            {
                await FlattenAsync(CopyVerb, source.Name, disk.Backing, disk.Path, $"Copying VM '{source.Name}'", call).ConfigureAwait(false);
                await FaultPoint.ReachAsync(CopyFaults.Flattened, call.Cancellation).ConfigureAwait(false);
            }

            // All of them or none.
            foreach (var copy in copies.Where(static c => c.Spec.OwnDisks().Any()))
            {
                var whole = copy.Spec.HeldDisks().Aggregate(copy.Spec, static (spec, held) => spec.WithDisk(held.Drive, held.Disk with { Backing = [] }));
                copy.Set(table, VMState.Stopped, null, whole);
                await FaultPoint.ReachAsync(CopyFaults.Made).ConfigureAwait(false);
            }
        }
        catch
        {
            foreach (var copy in copies)
            {
                Discard(copy);
            }

            throw;
        }
        finally
        {
            await CollapseLenderAsync(source, call).ConfigureAwait(false);
        }
    }

    private async Task<List<ErrorInfo>> StartCopiesAsync(IReadOnlyList<VmEntry> copies, Call call)
    {
        var errors = new List<ErrorInfo>();
        foreach (var copy in copies)
        {
            try
            {
                await StartAsync(new StartVM { Id = copy.Id, Name = copy.Name }, call).ConfigureAwait(false);
            }
            catch (VirtException e)
            {
                errors.Add(e.ToInfo());
            }
        }

        return errors;
    }

    private void Discard(VmEntry copy)
    {
        RemoveFiles(copy, withDisk: true);
        Forget(copy);
    }

    // Stopped, and nothing was written since its last copy or checkpoint: that one's layers have all of its disks.
    private CheckpointEntry? UntouchedBase(VmEntry source) =>
        !VmStates.IsAlive(source.State)
        && source.Spec is { Checkpoint: { } current }
        && checkpoints.TryGetValue(current, out var below)
        && below is { Phase: CheckpointPhase.Ready or CheckpointPhase.Hidden, Spec.Disks.Count: > 0 }
        && source.Spec.HeldDisks().All(held => below.Spec.DiskOf(held.Drive) is not null && Qcow2Header.IsUntouched(held.Disk.Path, held.Disk.SizeBytes)) ? below : null;

    // A checkpoint of the disks alone, by a name that no user can give.
    private CheckpointEntry NewBase(string verb, VmEntry source)
    {
        CheckLayersAreThere(verb, source);
        CheckSpace(verb, source, withMemory: false);
        var isAlive = VmStates.IsAlive(source.State);
        if (isAlive && source.Session is null)
        {
            throw VmErrors.NoMonitor(verb, source.Name);
        }

        var id = Guid.NewGuid();
        return new CheckpointEntry(CheckpointEntry.NewRow(id, CheckpointPhase.Creating, MomentOf(source, $"#{id:N}")));
    }

    private void CheckSpaceForCopies(VmEntry source, CopyVM request)
    {
        if (request.Full && source.Spec.HeldDisks().Any())
        {
            CheckSpaceToFlatten(CopyVerb, source.Name, request.Count * source.Spec.HeldDisks().SelectMany(static held => held.Layers()).Sum(static layer => SizeOf(layer.Path)), VmFolder.DiskFolder(paths));
        }
    }
}
