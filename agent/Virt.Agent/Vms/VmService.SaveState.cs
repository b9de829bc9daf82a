using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qmp;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// Save-VM. The row says Saving before the guest stands still, and Saved once its memory is on the host's disk: an agent that finds Saving lets the guest go on, one that finds Saved ends what is
/// left of QEMU.
/// </summary>
public sealed partial class VmService
{
    private const string SaveVerb = "save";

    /// <summary>Writes a machine's memory to the disk, where its guest stands still meanwhile, and ends it. Where that fails it goes on.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; ResourceExhausted (space); Unavailable (QEMU).</exception>
    public async Task<VM> SaveStateAsync(SaveVM request, Call call)
    {
        var entry = Find(SaveVerb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(SaveVerb, entry, call).ConfigureAwait(false);
        VmStates.CheckSave(entry.Name, entry.State);
        CheckSound(SaveVerb, entry);
        CheckSaveable(SaveVerb, entry);
        CheckSpace(SaveVerb, entry, withMemory: true);
        if (call.WhatIf)
        {
            return Show(entry);
        }

        var session = entry.Session ?? throw VmErrors.NoMonitor(SaveVerb, entry.Name);
        var run = entry.Run! with { StartAgain = false, HostStopped = request.HostStops && entry.Spec.StartAction != VMStartAction.Nothing };
        var saved = new VmSavedState { Accelerator = run.Accelerator, WasPaused = entry.State == VMState.Paused };
        entry.Set(table, VMState.Saving, run with { Saved = saved });
        try
        {
            await FaultPoint.ReachAsync(VmFaults.SaveRecorded, call.Cancellation).ConfigureAwait(false);
            saved = saved with { MachineType = await WriteStateAsync(entry, session, call).ConfigureAwait(false) };
            entry.Set(table, VMState.Saved, run with { Saved = saved });
        }
        catch (Exception e)
        {
            await TakeBackSaveAsync(entry, session, saved).ConfigureAwait(false);
            throw e switch
            {
                QmpException refused => VmErrors.Refused(SaveVerb, entry.Name, refused),
                QmpClosedException closed => VmErrors.NoMonitor(SaveVerb, entry.Name, closed),
                _ => e,
            };
        }

        await FaultPoint.ReachAsync(VmFaults.SaveWritten).ConfigureAwait(false);
        await EndSavedAsync(entry).ConfigureAwait(false);
        return Show(entry);
    }

    /// <summary>Forgets what was saved of a machine: it is off then.</summary>
    /// <exception cref="VirtException">NotFound; WrongState.</exception>
    public async Task<VM> RemoveSavedStateAsync(RemoveVMSavedState request, Call call)
    {
        const string Verb = "remove the saved state of";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(Verb, entry, call).ConfigureAwait(false);
        VmStates.CheckRemoveSaved(entry.Name, entry.State);
        if (!call.WhatIf)
        {
            ForgetSaved(entry);
        }

        return Show(entry);
    }

    // A guest that cannot go on is nothing to keep, or to move.
    private static void CheckSound(string verb, VmEntry entry, string? action = null)
    {
        CheckTpm(verb, entry);
        if (entry.Session is { HasPanicked: true } or { Status.Length: > 0 })
        {
            throw new VirtException(ErrorCode.WrongState, "VMBroken", $"Cannot {verb} VM '{entry.Name}': its guest cannot go on ({VmErrors.Sentence(entry.Session!.Status)}).", entry.Name, action ?? $"Stop-VM -Name {entry.Name} -TurnOff");
        }
    }

    // Gives the machine type.
    private async Task<string> WriteStateAsync(VmEntry entry, VmSession session, Call call)
    {
        var cancellation = call.Cancellation;
        var path = FolderOf(entry).SavedFile;
        using var watch = new MigrationWatch(session);

        // A checkpoint may have what was there before under a name of its own.
        File.Delete(path);
        using (var memory = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            File.SetUnixFileMode(memory, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var machine = await session.ReadMachineTypeAsync(cancellation).ConfigureAwait(false);
            await session.HoldAsync(cancellation).ConfigureAwait(false);
            await session.GiveAsync(MemoryDescriptor, memory, cancellation).ConfigureAwait(false);
            await session.PrepareToSendAsync(isPausing: false, cancellation).ConfigureAwait(false);
            await session.SendAsync(MemoryDescriptor, cancellation).ConfigureAwait(false);
            await FaultPoint.ReachAsync(VmFaults.Saving, cancellation).ConfigureAwait(false);
            await watch.WhenAsync(static w => w.Status is "completed" or "failed" or "cancelled", SaveTick, () => ReportSaveAsync(entry, session, "Saving", call), cancellation).ConfigureAwait(false);
            await CheckSavedAsync(SaveVerb, entry, session, watch, "completed").ConfigureAwait(false);
            call.Report($"Saving VM '{entry.Name}'", "bringing its memory to the host's disk");
            await Task.Run(() => RandomAccess.FlushToDisk(memory), CancellationToken.None).ConfigureAwait(false);
            FileHandles.SyncFolder(Path.GetDirectoryName(path)!);
            await FaultPoint.ReachAsync(VmFaults.SaveFlushed, cancellation).ConfigureAwait(false);
            return machine;
        }
    }

    // Under the lock: the guest goes on as it was.
    private async Task TakeBackSaveAsync(VmEntry entry, VmSession session, VmSavedState saved)
    {
        var run = entry.Run! with { Saved = null, HostStopped = false };
        using var limit = new CancellationTokenSource(TakeBackTimeout, time);
        try
        {
            await session.TakeBackAsync(saved.WasPaused, limit.Token).ConfigureAwait(false);
        }
        catch (QmpClosedException)
        {
            // QEMU has ended, which is noticed elsewhere.
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            AgentLog.Error($"VM '{entry.Name}' could not go on after it could not be saved", e);
            run = run with { Status = $"It could not go on after it could not be saved ({VmErrors.Sentence(e.Message)})." };
        }

        File.Delete(FolderOf(entry).SavedFile);
        entry.Set(table, VMState.Running, run);
    }

    // Under the lock: its guest has stood still since its memory was written.
    private async Task EndSavedAsync(VmEntry entry)
    {
        await EndQemuAsync(entry).ConfigureAwait(false);
        Disconnect(entry);
        RemoveRunFolder(entry);
        entry.Notify();
    }

    private void ForgetSaved(VmEntry entry)
    {
        if (entry.Run is { Saved: not null })
        {
            entry.Set(table, VMState.Stopped, new VmRun());
        }

        File.Delete(FolderOf(entry).SavedFile);
    }

    // Looks at everything that it needs to go on, and changes nothing.
    private QemuPlan PlanFromSaved(VmEntry entry, VmSavedState saved)
    {
        var path = FolderOf(entry).SavedFile;
        if (!File.Exists(path))
        {
            throw new VirtException(ErrorCode.DataLoss, "SavedStateLost", $"Cannot start VM '{entry.Name}': its saved memory '{path}' is gone.", entry.Name, $"Remove-VMSavedState -Name {entry.Name}");
        }

        return saved.Accelerator == HostOf(entry.Spec).Accelerator
            ? PlanStart(entry, new QemuIncoming(saved.MachineType))
            : throw new VirtException(
                ErrorCode.NotSupported, "AcceleratorDiffers", $"Cannot start VM '{entry.Name}': its memory was saved with {saved.Accelerator}; this host has {HostOf(entry.Spec).Accelerator}.", entry.Name, $"Remove-VMSavedState -Name {entry.Name}");
    }

    private async Task LaunchFromSavedAsync(VmEntry entry, VmSavedState saved, QemuPlan plan, CancellationToken cancellation)
    {
        AgentLog.Info($"VM '{entry.Name}' goes on from what {saved.MachineType} has saved");
        await LaunchAsync(entry, plan, cancellation, GoOnFromFileAsync).ConfigureAwait(false);
        File.Delete(FolderOf(entry).SavedFile);
        await SetGuestTimeAsync(entry).ConfigureAwait(false);

        async Task GoOnFromFileAsync(VmSession session)
        {
            await FaultPoint.ReachAsync(VmFaults.SavedLaunched, CancellationToken.None).ConfigureAwait(false);
            await ReadStateAsync(session, FolderOf(entry).SavedFile, null).ConfigureAwait(false);
        }
    }

    // Before the guest's first instruction: from then on its disk is another than the one that its memory knows. Where the host loses its power in between, the machine is off, as after any power cut.
    private void Spend(VmEntry entry)
    {
        if (entry.Run is { Saved: not null } run)
        {
            entry.Set(table, VMState.Starting, run with { Saved = null });
        }
    }

    // One that is to stand still has its disks at once: nobody else has them, and no cont comes.
    private static async Task ReadStateAsync(VmSession session, string path, Action<int>? report, bool standsStill = false)
    {
        using var watch = new MigrationWatch(session);
        using var memory = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        await session.GiveAsync(MemoryDescriptor, memory, CancellationToken.None).ConfigureAwait(false);
        await session.PrepareToReceiveAsync(isLate: !standsStill, CancellationToken.None).ConfigureAwait(false);
        await session.ReceiveAsync(MemoryDescriptor, CancellationToken.None).ConfigureAwait(false);
        await watch.WhenAsync(static w => w.Status is "completed" or "failed", SaveTick, ReportAsync, CancellationToken.None).ConfigureAwait(false);
        if (watch.Status == "failed")
        {
            throw new QmpException("migrate-incoming", "GenericError", "the memory is of another machine");
        }

        Task ReportAsync()
        {
            // QEMU reads through a duplicate, which shares its place in the file with ours.
            report?.Invoke((int)(100 * FileHandles.Position(memory) / Math.Max(1, RandomAccess.GetLength(memory))));
            return Task.CompletedTask;
        }
    }
}
