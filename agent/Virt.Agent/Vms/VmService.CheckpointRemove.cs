using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Qmp;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Remove-VMCheckpoint.</summary>
public sealed partial class VmService
{
    private const string RemoveVerb = "remove a checkpoint of";

    /// <summary>Removes a checkpoint and merges its layers of the disks where nothing else stands on it. Gives it as it was.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; ResourceExhausted (the disk: the checkpoint is gone, its layer is merged later); Unavailable (QEMU).</exception>
    public async Task<VMCheckpoint> RemoveCheckpointAsync(RemoveVMCheckpoint request, Call call)
    {
        var (entry, checkpoint) = FindCheckpoint("remove", request.Id, request.Name, request.VMId, request.VMName);
        call.WorksOn($"{entry.Name} '{checkpoint.Name}'");
        using var held = await LockAsync(RemoveVerb, entry, call).ConfigureAwait(false);
        CheckIsThere("remove", entry, checkpoint);
        VmStates.CheckRemoveCheckpoint(entry.Name, entry.State);
        var shown = Show(entry, checkpoint);
        if (call.WhatIf)
        {
            return shown;
        }

        await HideCheckpointAsync(entry, checkpoint).ConfigureAwait(false);
        entry.Tell(VirtEventAction.CheckpointRemoved, $"Its checkpoint '{checkpoint.Name}' is gone.");
        await FaultPoint.ReachAsync(CheckpointFaults.FilesGone).ConfigureAwait(false);
        await CollapseOrSayAsync(entry, call).ConfigureAwait(false);
        return shown;
    }

    // It may have been removed while we waited for its machine's lock.
    private static void CheckIsThere(string verb, VmEntry entry, CheckpointEntry checkpoint)
    {
        if (!checkpoint.IsVisible)
        {
            throw CheckpointNotFound(verb, checkpoint.Name, entry.Name, []);
        }
    }

    // Under the lock. Nobody sees it any more; what is left is its layers.
    private async Task HideCheckpointAsync(VmEntry entry, CheckpointEntry checkpoint)
    {
        NoteStandstill(entry);
        checkpoint.Set(table, CheckpointPhase.Hidden, checkpoint.Spec.WithDisks(static disk => disk with { Overlay = null }));
        await FaultPoint.ReachAsync(CheckpointFaults.Hidden).ConfigureAwait(false);
        RemoveCheckpointFiles(entry, checkpoint);
    }

    private void RemoveCheckpointFiles(VmEntry entry, CheckpointEntry checkpoint)
    {
        var folder = FolderOf(entry).CheckpointFolder(checkpoint.Id);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var all = Path.GetDirectoryName(folder)!;
        if (Directory.Exists(all) && !Directory.EnumerateFileSystemEntries(all).Any())
        {
            Directory.Delete(all);
        }
    }

    private void ForgetCheckpoint(CheckpointEntry checkpoint)
    {
        table.Delete(checkpoint.Id);
        checkpoints.TryRemove(checkpoint.Id, out _);
        GiveBackPlaces(checkpoint);
    }

    // Merges what can be merged; where it cannot be now, that is tried again with the next change of a checkpoint, and when the agent starts.
    private async Task CollapseOrSayAsync(VmEntry entry, Call call)
    {
        try
        {
            await CollapseAsync(entry, call, call.Cancellation).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(RemoveVerb, entry.Name, e);
        }
        catch (QmpException e) when (e.Description.Contains("No space left", StringComparison.Ordinal))
        {
            throw NoSpace(RemoveVerb, entry, "there is no space to merge its disk; the checkpoint is gone, and its layer is merged with the next one");
        }
        catch (QmpException e)
        {
            throw VmErrors.Refused(RemoveVerb, entry.Name, e);
        }
        catch (QmpClosedException e)
        {
            await SettleAsync(entry).ConfigureAwait(false);
            if (VmStates.IsAlive(entry.State))
            {
                throw VmErrors.NoMonitor(RemoveVerb, entry.Name, e);
            }

            // QEMU has ended meanwhile, which merges as well.
            await CollapseOrSayAsync(entry, call).ConfigureAwait(false);
        }
    }
}
