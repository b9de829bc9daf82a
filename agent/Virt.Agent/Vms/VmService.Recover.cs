using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Qmp;
using Virt.Linux;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What the agent does when it comes back: finds what runs, finishes or undoes what was half done.</summary>
public sealed partial class VmService
{
    private static readonly TimeSpan AttachTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Brings what is stored in line with what is. Must come before any request; one machine's trouble does not keep the others from it.</summary>
    public async Task RecoverAsync()
    {
        SeeHostStart();
        ForgetOrphans();
        var unsettled = entries.Values
            .Where(e => e.Phase is not (VMState.Stopped or VMState.Failed) || e.Spec.Move is not null || e.Spec.StorageMove is not null || e.Spec.Exports.Count > 0 || e.Spec.Drives.Any(static drive => drive.Step != VmPartStep.None) || e.Spec.AdapterStep != VmPartStep.None || e.Spec.Adapters.Any(static adapter => adapter.Step != VmPartStep.None) || CheckpointsOf(e).Any(static c => c.Phase != CheckpointPhase.Ready))
            .ToList();
        if (unsettled.Count == 0)
        {
            cgroups.RemoveEmpty();
            return;
        }

        var kept = await ListKeptAsync().ConfigureAwait(false);

        // What goes lets go of what it stands on, which may then be merged.
        foreach (var group in unsettled.GroupBy(static e => e.Phase is VMState.Creating or VMState.Removing).OrderByDescending(static g => g.Key))
        {
            await Task.WhenAll(group.Select(entry => RecoverAsync(entry, kept))).ConfigureAwait(false);
        }

        cgroups.RemoveEmpty();
    }

    private async Task<IReadOnlyList<KeptProcess>> ListKeptAsync()
    {
        try
        {
            return await keeper.ListAsync().ConfigureAwait(false);
        }
        catch (LinuxException e)
        {
            AgentLog.Error("Could not ask the keeper for its processes", e);
            return [];
        }
    }

    private async Task RecoverAsync(VmEntry entry, IReadOnlyList<KeptProcess> kept)
    {
        try
        {
            using var held = await locks.EnterAsync(entry.Id, CancellationToken.None).ConfigureAwait(false);
            var own = kept.FirstOrDefault(p => p.Id == entry.Id);
            entry.LeftTpm = FindTpm(entry, kept);
            switch (entry.Phase)
            {
                case VMState.Creating:
                    await EndToolsAsync(entry, kept).ConfigureAwait(false);
                    RemoveFiles(entry, static disk => disk.IsNew);
                    Forget(entry);
                    AgentLog.Info($"VM '{entry.Name}' was half made when the agent ended; it is undone");
                    break;
                case VMState.Starting when entry.Run is { Renews: true }:
                    await EndToolsAsync(entry, kept).ConfigureAwait(false);
                    await DiscardCloneAsync(entry, FindProcess(entry, own)).ConfigureAwait(false);
                    break;
                case VMState.Removing:
                    await EndToolsAsync(entry, kept).ConfigureAwait(false);
                    await FinishRemoveAsync(entry).ConfigureAwait(false);
                    AgentLog.Info($"VM '{entry.Name}' was half removed when the agent ended; that is finished");
                    break;
                case VMState.Receiving when entry.Spec.Move is not { Stage: MoveStage.Prepared }:
                    await EndToolsAsync(entry, kept).ConfigureAwait(false);
                    entry.Process = FindProcess(entry, own);
                    await DiscardLockedAsync(entry).ConfigureAwait(false);
                    AgentLog.Info($"VM '{entry.Name}' had half come from another host when the agent ended; it is thrown away here, and is the other host's");
                    break;
                case VMState.Receiving:
                    await RecoverPromisedAsync(entry, own).ConfigureAwait(false);
                    break;
                case VMState.Released:
                    entry.Process = FindProcess(entry, own);
                    break;
                case VMState.Saved:
                    await EndToolsAsync(entry, kept).ConfigureAwait(false);
                    await RecoverSavedAsync(entry, own).ConfigureAwait(false);
                    UndoExports(entry);
                    await RecoverCheckpointsAsync(entry).ConfigureAwait(false);
                    break;
                default:
                    await EndToolsAsync(entry, kept).ConfigureAwait(false);
                    await RecoverRunAsync(entry, own).ConfigureAwait(false);
                    await SettleStorageAsync(entry).ConfigureAwait(false);
                    UndoExports(entry);
                    await RecoverCheckpointsAsync(entry).ConfigureAwait(false);
                    break;
            }

            await EndLeftTpmAsync(entry).ConfigureAwait(false);
            await SettleDrivesAsync(entry).ConfigureAwait(false);
            await SettleAdaptersAsync(entry).ConfigureAwait(false);
            await SettleMemoryAsync(entry).ConfigureAwait(false);
            if (entry.Spec.Move is { Stage: MoveStage.Owned } taken)
            {
                await RecoverTakenAsync(entry, taken).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            AgentLog.Error($"Could not recover VM '{entry.Name}'", e);
        }
    }

    // The keeper lets a qemu-img outlive the agent that wanted it: it would make the disk after that was undone.
    private async Task EndToolsAsync(VmEntry entry, IReadOnlyList<KeptProcess> kept)
    {
        var files = FilesOf(entry);
        foreach (var tool in kept.Where(process => process.Id != entry.Id && files.Any(file => HasArgument(process.ProcessId, file))))
        {
            tool.Signal(Signals.Kill);
            await tool.Exited.ConfigureAwait(false);
        }
    }

    private static bool HasArgument(int pid, string argument)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Any(one => one == argument || one.Contains(DiskChain.Quoted(argument), StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false;
        }
    }

    private VmProcess? FindProcess(VmEntry entry, KeptProcess? kept) =>
        kept is not null ? VmProcess.Of(kept, entry.LeftTpm)
        : (entry.Run is { } run ? VmProcess.Find(run.Identity, entry.LeftTpm) : null) ?? VmProcess.Search(entry.SystemId, FolderOf(entry).ErrorFile);

    // Its guest stands still for ever, where it is there still: its memory is on the disk.
    private async Task RecoverSavedAsync(VmEntry entry, KeptProcess? kept)
    {
        if ((kept is not null ? VmProcess.Of(kept, entry.LeftTpm) : VmProcess.Find(entry.Run!.Identity, entry.LeftTpm)) is { } left)
        {
            await EndNowAsync(left).ConfigureAwait(false);
            left.Dispose();
        }

        RemoveRunFolder(entry);
    }

    // Starting, Running or Saving; the others have none.
    private async Task RecoverRunAsync(VmEntry entry, KeptProcess? kept)
    {
        if (entry.Phase is not (VMState.Starting or VMState.Running or VMState.Saving))
        {
            return;
        }

        var process = FindProcess(entry, kept);
        if (entry.Phase == VMState.Starting && entry.Run is { Saved: not null } saved)
        {
            // Its guest has not run since it was saved.
            if (process is not null)
            {
                await EndNowAsync(process).ConfigureAwait(false);
                process.Dispose();
            }

            RemoveRunFolder(entry);
            entry.Set(table, VMState.Saved, saved);
            return;
        }

        if (process is not null)
        {
            if (CheckpointsOf(entry).Any(static c => c.Phase == CheckpointPhase.Restoring))
            {
                // It is on its way to where it begins again anyway, however far it has come.
                await EndRestoringAsync(entry, process).ConfigureAwait(false);
                return;
            }

            await AttachAsync(entry, process).ConfigureAwait(false);
            return;
        }

        var exit = ExitFile.Read(FolderOf(entry).ExitFile);
        var last = LastErrorLine(entry);
        RemoveRunFolder(entry);
        File.Delete(FolderOf(entry).SavedFile);
        var wasStarting = entry.Phase == VMState.Starting;
        entry.Set(table, exit is { Code: not 0 } ? VMState.Failed : VMState.Stopped, entry.Run! with
        {
            Saved = null,
            HostStopped = isHostStart && !wasStarting && entry.Spec.StartAction != VMStartAction.Nothing,
            Status = exit switch
            {
                { Code: 0 } => "",
                { } status => $"QEMU {How(status)}{(last.Length > 0 ? ": " + VmErrors.Sentence(last) : "")}.",
                null when wasStarting => "The agent ended while it was being started.",
                null => "It ended with the host, or while no agent was there.",
            },
        });
    }

    // Under the lock: takes up a QEMU that runs. One whose start was cut off before its first instruction goes on from there.
    private async Task AttachAsync(VmEntry entry, VmProcess process)
    {
        entry.Process = process;
        entry.Session = null;
        TakeOver(entry);
        using var limit = new CancellationTokenSource(AttachTimeout, time);
        var status = "";
        try
        {
            entry.Session = await VmSession.ConnectAsync(VmSession.Open(FolderOf(entry).QmpSocket), FolderOf(entry), time, entry.Notify, process, limit.Token).ConfigureAwait(false);
            await SettleRunAsync(entry, process, entry.Session, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VirtException or QmpClosedException or QmpException or OperationCanceledException or SocketException or IOException)
        {
            AgentLog.Error($"Could not connect to QEMU of VM '{entry.Name}'", e);
            status = "QEMU does not answer on its monitor.";
        }

        entry.Set(table, VMState.Running, RunOf(entry, process) with { Status = status, Saved = null });
        Watch(entry, process, entry.Session);
    }

    // A start goes on, also one from what was saved; a save is undone.
    private async Task SettleRunAsync(VmEntry entry, VmProcess process, VmSession session, CancellationToken cancellation)
    {
        if (entry.Phase == VMState.Saving)
        {
            await session.TakeBackAsync(entry.Run!.Saved!.WasPaused, cancellation).ConfigureAwait(false);
        }
        else if (session.IsPrelaunch || (entry.Phase == VMState.Starting && session is { IsPaused: true, HasPanicked: false }))
        {
            Confine(entry, process);
            await LimitAllAsync(entry, session).ConfigureAwait(false);
            await session.ContinueAsync(cancellation).ConfigureAwait(false);
        }

        if (entry.Phase is VMState.Saving or VMState.Starting)
        {
            File.Delete(FolderOf(entry).SavedFile);
        }
    }
}
