using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.State;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Qmp;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What a move does with a machine at its destination. Which step comes when is for Fleet to say (docs/adr/0008).</summary>
public sealed partial class VmService
{
    /// <summary>Makes the machine's row and those of its checkpoints, its files and, for a live move, a QEMU that waits for its guest. Nothing is left behind where it fails.</summary>
    /// <exception cref="VirtException">AlreadyExists; NotFound, DataLoss, ResourceExhausted or Unavailable (image, disk, QEMU).</exception>
    internal async Task<VmEntry> ReceiveAsync(OfferMove offer, VmMove move, FilesReceiver receive, CancellationToken cancellation)
    {
        var machine = offer.Machine;
        ResourceName.Check("move", "VM", machine.VMName);
        using var held = await locks.EnterAsync(machine.VMId, cancellation).ConfigureAwait(false);
        var (entry, moved) = Admit(offer, move);
        try
        {
            await FaultPoint.ReachAsync(MovePoint.Receiving, cancellation).ConfigureAwait(false);
            await MakeReceivedFilesAsync(entry, offer, moved, receive, cancellation).ConfigureAwait(false);
            if (move.IsLive)
            {
                await LaunchReceiverAsync(entry, machine.MachineType, cancellation).ConfigureAwait(false);
            }

            await FaultPoint.ReachAsync(MovePoint.Launched, cancellation).ConfigureAwait(false);
            return entry;
        }
        catch
        {
            await DiscardLockedAsync(entry).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A socket for QEMU's NBD server to listen at; the agent connects to it.</summary>
    internal string NbdSocketOf(VmEntry entry) => Path.Combine(FolderOf(entry).Run, "nbd");

    /// <summary>Writes the promise: it is kept until the source has decided.</summary>
    /// <exception cref="VirtException">Unavailable: what had come is gone, or its QEMU has ended.</exception>
    internal async Task PromiseAsync(VmEntry entry)
    {
        using var held = await locks.EnterAsync(entry.Id, CancellationToken.None).ConfigureAwait(false);
        if (entry.IsRemoved || entry.Spec.Move is not { Stage: MoveStage.Receiving } move)
        {
            throw new VirtException(ErrorCode.Unavailable, "MoveEnded", $"Cannot move VM '{entry.Name}' to host '{self.Name}': what had come of it was thrown away.", entry.Name);
        }

        // Its end may not have been noticed yet: whoever watches is told by another thread.
        if (move.IsLive && entry.Process is not { HasEnded: false })
        {
            throw VmErrors.ReceiverEnded(entry.Name, self.Name);
        }

        var run = entry.Run! with { Status = $"It has come from host '{move.PeerName}' whole, and waits for that host's word." };
        entry.Set(table, VMState.Receiving, run, entry.Spec with { Move = move with { Stage = MoveStage.Prepared } });
    }

    /// <summary>The source has released the machine: it is this host's. May be repeated.</summary>
    internal async Task TakeAsync(VmEntry entry)
    {
        using var held = await locks.EnterAsync(entry.Id, CancellationToken.None).ConfigureAwait(false);
        if (entry.Spec.Move is not { Stage: MoveStage.Prepared } move)
        {
            return;
        }

        var isAlive = entry is { Session: not null, Process.Ended.IsCompleted: false };
        var phase = !move.IsLive ? (entry.Run!.Saved is null ? VMState.Stopped : VMState.Saved) : isAlive ? VMState.Running : VMState.Failed;
        var status = phase == VMState.Failed ? "QEMU ended before its guest could go on here: what was in memory is lost, the disk is whole." : "";
        entry.Tell(VirtEventAction.Moved, $"It has come from host '{move.PeerName}'.");
        entry.Set(table, phase, entry.Run! with { Status = status }, entry.Spec with { Move = move with { Stage = MoveStage.Owned } });
        await FaultPoint.ReachAsync(MovePoint.Owned).ConfigureAwait(false);

        // The guest first, which stands still: as long as the lease names the source, which never starts the machine again, nobody else does either.
        if (phase == VMState.Running)
        {
            await GoOnAfterMoveAsync(entry, move).ConfigureAwait(false);
            Watch(entry, entry.Process!, entry.Session);
        }
        else
        {
            await EndQemuAsync(entry).ConfigureAwait(false);
            Disconnect(entry);
            RemoveRunFolder(entry);
        }

        await FaultPoint.ReachAsync(MovePoint.Running).ConfigureAwait(false);
        TakeLeaseAfterMove(entry);
        await FaultPoint.ReachAsync(MovePoint.Leased).ConfigureAwait(false);

        // The times of its checkpoints, those that are to come and those whose end is to come, are this host's to watch.
        NotifyPlans();
        NotifyExpiry();
    }

    /// <summary>Throws away what has been received. May be repeated, and never touches what was taken.</summary>
    internal async Task DiscardAsync(VmEntry entry)
    {
        using var held = await locks.EnterAsync(entry.Id, CancellationToken.None).ConfigureAwait(false);
        if (!entry.IsRemoved && entry.Spec.Move is { Stage: MoveStage.Receiving or MoveStage.Prepared })
        {
            await DiscardLockedAsync(entry).ConfigureAwait(false);
        }
    }

    /// <summary>The source has nothing left of the machine: the move is over, as soon as the lease says so too.</summary>
    /// <returns>False: the lease could not be written, which is to be tried again.</returns>
    internal async Task<bool> EndMoveAsync(VmEntry entry)
    {
        using var held = await locks.EnterAsync(entry.Id, CancellationToken.None).ConfigureAwait(false);
        if (!entry.IsRemoved && entry.Spec.Move is { Stage: MoveStage.Owned })
        {
            if (!TakeLeaseAfterMove(entry))
            {
                return false;
            }

            entry.Set(table, entry.Phase, entry.Run, entry.Spec with { Move = null });
        }

        return true;
    }

    private async Task DiscardLockedAsync(VmEntry entry)
    {
        await EndQemuAsync(entry).ConfigureAwait(false);
        var withDisk = !entry.Spec.Move!.AreDisksShared;
        RemoveFiles(entry, withDisk);
        ForgetCheckpoints(entry, withDisk);
        await FaultPoint.ReachAsync(MovePoint.Discarded).ConfigureAwait(false);
        Forget(entry);
    }

    private static VmSpec SpecOf(OfferMove offer, VmMove move, MovedPaths moved)
    {
        var spec = moved.Of(JsonSerializer.Deserialize(offer.Spec, VmJson.Default.VmSpec)! with { Epoch = offer.Epoch, Move = move, Architecture = MachineArchitecture.Named(offer.Machine.Architecture) ?? VMArchitecture.Host });
        foreach (var own in spec.OwnDisks().Where(_ => !move.AreDisksShared).ToList())
        {
            // A live copy of a disk without checkpoints is whole; all else stands on what it stood on there.
            spec = spec.WithDisk(own.Drive, own.Disk with { IsNew = true, Backing = move.IsLive && !HasLayers(own.Disk) ? [] : own.Disk.Backing });
        }

        return spec;
    }

    private static ResourceRow RowOf(OfferMove offer, VmMove move, VmSpec spec) => VmEntry.NewRow(offer.Machine.VMId, offer.Machine.VMName, VMState.Receiving, spec, offer.CreationTime) with
    {
        Run = JsonSerializer.Serialize(
            new VmRun
            {
                StartTime = offer.StartTime,
                Accelerator = offer.Machine.Accelerator,
                Status = $"It comes from host '{move.PeerName}'.",
                Saved = offer.Saved.Length > 0 ? JsonSerializer.Deserialize(offer.Saved, VmJson.Default.VmSavedState) : null,
            },
            VmJson.Default.VmRun),
    };

    private async Task MakeReceivedFilesAsync(VmEntry entry, OfferMove offer, MovedPaths moved, FilesReceiver receive, CancellationToken cancellation)
    {
        var folder = FolderOf(entry);
        Directory.CreateDirectory(folder.State, OwnerOnly);
        if (offer.Nvram.Length > 0 || offer.NvramBytes > 0)
        {
            UefiVariables.Write(folder.NvramFile, offer.Nvram, offer.NvramBytes);
        }

        if (offer.Tpm.Length > 0)
        {
            VmTpm.Write(folder.TpmFolder, offer.Tpm);
        }

        // Its bytes come by streams.
        foreach (var disk in entry.Spec.OwnDisks().Select(static own => own.Disk).Where(disk => !offer.AreDisksShared && Path.GetDirectoryName(disk.Path) == VmFolder.DiskFolder(paths)))
        {
            Directory.CreateDirectory(VmFolder.DiskFolder(paths), OwnerOnly);
        }

        await ReceiveFilesAsync(entry, offer, moved, receive, cancellation).ConfigureAwait(false);
        foreach (var own in entry.Spec.OwnDisks().Where(_ => offer is { AreDisksShared: false, Machine.IsLive: true }))
        {
            await MakeReceivedDiskAsync(entry, own.Disk, cancellation).ConfigureAwait(false);
        }
    }

    // What the guest's disk is mirrored to: it is empty, above the layers that have come where there are any.
    private async Task MakeReceivedDiskAsync(VmEntry entry, VmDisk disk, CancellationToken cancellation)
    {
        try
        {
            if (HasLayers(disk))
            {
                await disks.CreateOverlayAsync(disk.Path, disk.Backing[0].Path, disk.Backing[0].Format, disk.SizeBytes, cancellation).ConfigureAwait(false);
            }
            else if (disk.Format == "raw")
            {
                await using var file = new FileStream(disk.Path, FileMode.CreateNew);
                file.SetLength(disk.SizeBytes);
            }
            else
            {
                await disks.CreateAsync(disk.Path, disk.SizeBytes, cancellation).ConfigureAwait(false);
            }
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk("move", entry.Name, e);
        }
    }

    private async Task LaunchReceiverAsync(VmEntry entry, string machineType, CancellationToken cancellation)
    {
        var plan = PlanStart(entry, new QemuIncoming(machineType));
        await using var undo = new Rollback();
        PrepareNetwork(entry);
        using var files = QemuFiles.Open(entry.Name, FolderOf(entry), plan, adapter => ConnectNetwork(entry, adapter));
        var stream = VmSession.Open(FolderOf(entry).QmpSocket);
        undo.Add("close the monitor", stream.DisposeAsync);
        var (process, confined) = await LaunchQemuAsync(entry, plan, files).ConfigureAwait(false);
        undo.Add($"end QEMU of VM '{entry.Name}'", () => EndNowAsync(process));
        undo.Add($"wait for the control group of VM '{entry.Name}'", () => SettledAsync(confined));
        files.Dispose();
        entry.Set(table, VMState.Receiving, RunOf(entry, process));
        var session = await ConnectAsync(entry, process, stream, cancellation).ConfigureAwait(false);
        undo.Add("close the session", session.DisposeAsync);
        await confined.ConfigureAwait(false);
        await session.PrepareToReceiveAsync(isLate: true, cancellation).ConfigureAwait(false);
        (entry.Process, entry.Session) = (process, session);
        undo.Commit();
    }

    // The machine is this host's whether or not that could be written down beside its disk: the move lasts until it is.
    private bool TakeLeaseAfterMove(VmEntry entry)
    {
        try
        {
            TakeLeaseOnce("move", entry);
            return true;
        }
        catch (VirtException e)
        {
            AgentLog.Error($"Could not take the lease of VM '{entry.Name}', which has moved here", e);
            return false;
        }
    }

    private async Task GoOnAfterMoveAsync(VmEntry entry, VmMove move)
    {
        using var limit = new CancellationTokenSource(TakeBackTimeout, time);
        try
        {
            // One that stands still has its disks from here on too, so that it can be checkpointed, copied and merged.
            await (move.IsPaused ? entry.Session!.RunForAMomentAsync(limit.Token) : entry.Session!.ContinueAsync(limit.Token)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QmpException or QmpClosedException or OperationCanceledException)
        {
            AgentLog.Error($"VM '{entry.Name}' could not go on after its move", e);
            entry.Set(table, entry.Phase, entry.Run! with { Status = $"It could not go on after its move ({VmErrors.Sentence(e.Message)})." });
        }
    }

    // Under the lock: what the agent finds of a machine that was promised to the source when it comes back. It stands still until the source has decided.
    private async Task RecoverPromisedAsync(VmEntry entry, KeptProcess? kept)
    {
        if (FindProcess(entry, kept) is not { } process)
        {
            return;
        }

        entry.Process = process;
        TakeOver(entry);
        using var limit = new CancellationTokenSource(AttachTimeout, time);
        try
        {
            entry.Session = await VmSession.ConnectAsync(VmSession.Open(FolderOf(entry).QmpSocket), FolderOf(entry), time, entry.Notify, process, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QmpClosedException or QmpException or OperationCanceledException or System.Net.Sockets.SocketException or IOException)
        {
            AgentLog.Error($"Could not connect to QEMU of VM '{entry.Name}'", e);
        }
    }

    // Under the lock: the same of one that had been taken. Its guest may not have been told to go on.
    private async Task RecoverTakenAsync(VmEntry entry, VmMove move)
    {
        TakeLeaseAfterMove(entry);
        if (entry is { Phase: VMState.Running, Session: { IsPaused: true, HasPanicked: false, Status: "" } })
        {
            await GoOnAfterMoveAsync(entry, move).ConfigureAwait(false);
        }
    }
}
