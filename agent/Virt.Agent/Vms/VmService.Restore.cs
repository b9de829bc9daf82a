using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Networks;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Restore-VMCheckpoint.</summary>
public sealed partial class VmService
{
    private const string RestoreVerb = "restore";

    private static readonly TimeSpan GuestTimeLimit = TimeSpan.FromSeconds(3);

    /// <summary>Brings a machine back to a checkpoint. One with memory is what it was then, Running, Paused or Saved; one without is stopped. Other checkpoints stay.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; NotSupported (what ran the guest then is not here); DataLoss, ResourceExhausted (the disk); Unavailable (QEMU).</exception>
    public async Task<VM> RestoreCheckpointAsync(RestoreVMCheckpoint request, Call call)
    {
        var (entry, checkpoint) = FindCheckpoint(RestoreVerb, request.Id, request.Name, request.VMId, request.VMName);
        call.WorksOn($"{entry.Name} '{checkpoint.Name}'");
        using var held = await LockAsync(RestoreVerb, entry, call).ConfigureAwait(false);
        CheckIsThere(RestoreVerb, entry, checkpoint);
        VmStates.CheckRestore(entry.Name, entry.State);
        CheckRestorable(entry, checkpoint);
        var places = TakePlaces(entry, checkpoint, call.WhatIf);
        if (call.WhatIf)
        {
            return Show(entry);
        }

        call.Report($"Restoring VM '{entry.Name}'", $"checkpoint '{checkpoint.Name}'");
        try
        {
            checkpoint.Set(table, CheckpointPhase.Restoring, checkpoint.Spec.WithDisks(disk => entry.Spec.DiskOf(disk.Drive) is { } present ? disk with { Overlay = OverlayPath(present), Replaced = present.Path } : disk) with { Places = places });
        }
        catch
        {
            SettlePlaces(entry, MembersOf(entry, places));
            throw;
        }

        await FaultPoint.ReachAsync(CheckpointFaults.RestoreRecorded).ConfigureAwait(false);
        if (VmStates.IsAlive(entry.State))
        {
            await TurnOffAsync(entry).ConfigureAwait(false);
        }

        await FaultPoint.ReachAsync(CheckpointFaults.TurnedOff).ConfigureAwait(false);
        await FinishRestoreAsync(entry, checkpoint, call).ConfigureAwait(false);
        entry.Tell(VirtEventAction.Restored, $"It is as it was at its checkpoint '{checkpoint.Name}'.");
        await CollapseOrSayAsync(entry, call).ConfigureAwait(false);
        return Show(entry);
    }

    // Before anything is lost: what would keep it from going on.
    private void CheckRestorable(VmEntry entry, CheckpointEntry checkpoint)
    {
        var spec = checkpoint.Spec;
        var (folder, name) = (FolderOf(entry), checkpoint.Name);
        if (spec.HasMemory && entry.Spec.FurtherDisks().Where(drive => spec.DiskOf(drive.Id) is null).ToList() is { Count: > 0 } later)
        {
            throw VmErrors.FurtherDisks(RestoreVerb, entry.Name, later, $"the memory of checkpoint '{name}' knows nothing of the disks that it has got since");
        }

        foreach (var drive in spec.Machine.Drives.Where(drive => spec.HasMemory && spec.DiskOf(drive.Id) is null && drive.Media is { } media && !File.Exists(media.Path)))
        {
            throw new VirtException(ErrorCode.NotFound, "DiskNotFound", $"Cannot restore VM '{entry.Name}': there is no '{drive.Media!.Path}' any more, which its drive '{drive.Name}' held at checkpoint '{name}'.", name, $"Get-VMCheckpoint -VMName {entry.Name}");
        }

        foreach (var path in spec.Disks.Select(static disk => disk.Layer.Path).Concat(spec.HasMemory ? [folder.MemoryFile(checkpoint.Id)] : []))
        {
            if (!File.Exists(path))
            {
                throw new VirtException(ErrorCode.DataLoss, "CheckpointDamaged", $"Cannot restore VM '{entry.Name}': checkpoint '{name}' has lost its file '{path}'.", name, $"Get-VMCheckpoint -VMName {entry.Name}");
            }
        }

        CheckLayersAreThere(RestoreVerb, entry, spec.Disks.SelectMany(disk => CheckpointTree.Chain(CheckpointsOf(entry), checkpoint.Id, disk.Drive)));
        if (spec.HasMemory && SavedMemory.WhatIsWrong(folder.MemoryFile(checkpoint.Id), spec.MemoryFileBytes) is { } wrong)
        {
            throw new VirtException(ErrorCode.DataLoss, "CheckpointDamaged", $"Cannot restore VM '{entry.Name}': the memory of checkpoint '{name}' is damaged ({wrong}).", name, $"Copy-VM -Name {entry.Name} -CheckpointName '{name}', which takes its disk");
        }

        CheckSpace(RestoreVerb, entry, withMemory: false);
        foreach (var held in entry.Spec.HeldDisks())
        {
            CheckLease(RestoreVerb, entry.Name, entry.Id, entry.Spec.Epoch, held.Disk.HomePath);
        }

        if (!spec.HasMemory)
        {
            return;
        }

        PlanStart(entry, new QemuIncoming(spec.MachineType));
        if (spec.Accelerator != HostOf(entry.Spec).Accelerator)
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "AcceleratorDiffers",
                $"Cannot restore VM '{entry.Name}': the memory of checkpoint '{name}' was written with {spec.Accelerator}; this host has {HostOf(entry.Spec).Accelerator}.",
                name,
                "Test-VirtHost");
        }
    }

    // Under the lock, with the machine off. May be repeated from anywhere in it: what the guest may have written since is thrown away again.
    private async Task FinishRestoreAsync(VmEntry entry, CheckpointEntry checkpoint, Call? call)
    {
        var spec = checkpoint.Spec;
        var (was, folder) = (spec.Machine, FolderOf(entry));
        List<NetworkMember> members = [.. MembersOf(entry), .. MembersOf(entry, spec.Places)];
        try
        {
            ForgetSaved(entry);
            foreach (var disk in spec.Disks.Where(static disk => disk.Overlay is not null))
            {
                File.Delete(disk.Overlay!);
                await disks.CreateOverlayAsync(disk.Overlay!, disk.Layer.Path, disk.Layer.Format, was.DiskOf(disk.Drive)!.SizeBytes, CancellationToken.None).ConfigureAwait(false);
            }

            await FaultPoint.ReachAsync(CheckpointFaults.OverlayMade).ConfigureAwait(false);
            SetBase(entry, checkpoint.Id, OverlaysOf(checkpoint), VmRestore.Of(entry.Spec, spec, File.Exists));
            SettlePlaces(entry, members);
            await FaultPoint.ReachAsync(CheckpointFaults.DiskSwitched).ConfigureAwait(false);
            foreach (var disk in spec.Disks.Where(static disk => disk.Replaced is not null && disk.Replaced != disk.Overlay))
            {
                File.Delete(disk.Replaced!);
            }

            await FaultPoint.ReachAsync(CheckpointFaults.OldDiskGone).ConfigureAwait(false);
            if (File.Exists(folder.NvramFileOf(checkpoint.Id)))
            {
                UefiVariables.Copy(folder.NvramFileOf(checkpoint.Id), folder.NvramFile, overwrite: true);
            }

            PutTpmBack(entry, checkpoint);
            await FaultPoint.ReachAsync(CheckpointFaults.NvramBack).ConfigureAwait(false);
            if (spec is { HasMemory: true, State: VMState.Saved })
            {
                await SaveAgainAsync(entry, checkpoint).ConfigureAwait(false);
            }
            else if (spec.HasMemory)
            {
                await GoOnFromMemoryAsync(entry, checkpoint, call).ConfigureAwait(false);
            }
            else
            {
                entry.Set(table, VMState.Stopped, new VmRun { Status = VmRestore.Missing(entry.Spec, spec) });
            }
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(RestoreVerb, entry.Name, e);
        }
        finally
        {
            foreach (var disk in spec.Disks.Where(disk => disk.Overlay is not null && entry.Spec.DiskOf(disk.Drive)?.Path != disk.Overlay))
            {
                File.Delete(disk.Overlay!);
            }

            SettlePlaces(entry, members);

            // Also where the guest could not go on: it can be restored again.
            checkpoint.Set(table, CheckpointPhase.Ready, checkpoint.Spec.WithDisks(static disk => disk with { Overlay = null, Replaced = null }) with { Places = [] });
        }
    }

    private async Task GoOnFromMemoryAsync(VmEntry entry, CheckpointEntry checkpoint, Call? call)
    {
        var standsStill = checkpoint.Spec.State == VMState.Paused;
        try
        {
            await LaunchAsync(entry, PlanStart(entry, new QemuIncoming(checkpoint.Spec.MachineType)), CancellationToken.None, session => LoadMemoryAsync(entry, session, checkpoint, call), standsStill: standsStill).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            entry.Set(table, VMState.Failed, new VmRun { Status = e.Message });
            throw;
        }

        if (checkpoint.Spec.Machine.Pending is { } pending)
        {
            entry.Set(table, entry.Phase, entry.Run, entry.Spec with { Pending = pending });
        }

        await FaultPoint.ReachAsync(CheckpointFaults.Restored).ConfigureAwait(false);
        if (!standsStill)
        {
            await SetGuestTimeAsync(entry).ConfigureAwait(false);
        }
    }

    private async Task LoadMemoryAsync(VmEntry entry, VmSession session, CheckpointEntry checkpoint, Call? call)
    {
        await FaultPoint.ReachAsync(CheckpointFaults.Launched).ConfigureAwait(false);
        await ReadStateAsync(
            session,
            FolderOf(entry).MemoryFile(checkpoint.Id),
            percent => call?.Report($"Restoring VM '{entry.Name}'", "reading its memory", percent),
            standsStill: checkpoint.Spec.State == VMState.Paused).ConfigureAwait(false);
        await FaultPoint.ReachAsync(CheckpointFaults.Loaded).ConfigureAwait(false);
    }

    // The guest believes that no time has passed. Where its agent does not answer it must find out by itself.
    private async Task SetGuestTimeAsync(VmEntry entry)
    {
        if (entry.Session is not { } session || !HasGuestAgent(entry))
        {
            return;
        }

        using var limit = new CancellationTokenSource(GuestTimeLimit, time);
        try
        {
            await AwaitGuestAgentPortAsync(entry, session, limit.Token).ConfigureAwait(false);
            await session.GuestAgent.SetTimeAsync(time.GetUtcNow(), GuestTimeLimit, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QgaException or TimeoutException or OperationCanceledException or IOException)
        {
            AgentLog.Info($"The clock of VM '{entry.Name}' was not set after it was restored: {e.Message}");
        }
    }
}
