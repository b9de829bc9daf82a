using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What the agent does with half done checkpoints when it comes back, and with all of a machine that is removed.</summary>
public sealed partial class VmService
{
    // Under the lock, after its QEMU was found: what was made is undone, what was restored or removed is finished.
    private async Task RecoverCheckpointsAsync(VmEntry entry)
    {
        var all = CheckpointsOf(entry);
        var lent = LentFilesOf(entry);
        if (all.All(c => c.Phase == CheckpointPhase.Ready || (c.Phase == CheckpointPhase.Hidden && c.Spec.Disks.Any(disk => lent.Contains(disk.Layer.Path)) && c.Spec.Disks.All(static disk => disk.Merging is null))))
        {
            // Nothing is half done to the guest; what nobody sees may have left files.
            foreach (var hidden in all.Where(static c => c.Phase == CheckpointPhase.Hidden))
            {
                RemoveCheckpointFiles(entry, hidden);
            }

            return;
        }

        if (!await SettleAsync(entry).ConfigureAwait(false))
        {
            AgentLog.Warning($"QEMU of VM '{entry.Name}' does not answer; what was half done to its checkpoints is undone or finished when it does");
            return;
        }

        foreach (var checkpoint in all.Where(static c => c.Phase == CheckpointPhase.Restoring))
        {
            AgentLog.Info($"VM '{entry.Name}' was half restored when the agent ended; that is finished");
            await FinishRestoreAsync(entry, checkpoint, null).ConfigureAwait(false);
        }

        foreach (var checkpoint in all.Where(static c => c.Phase == CheckpointPhase.Creating))
        {
            AgentLog.Info($"Checkpoint '{checkpoint.Name}' of VM '{entry.Name}' was half made when the agent ended; it is undone");
            if (checkpoint.Spec.Type == VMCheckpointType.Production)
            {
                entry.Session?.ThawLater();
            }

            await UndoCheckpointAsync(entry, checkpoint).ConfigureAwait(false);
        }

        foreach (var checkpoint in all.Where(static c => c.Phase == CheckpointPhase.Hidden))
        {
            RemoveCheckpointFiles(entry, checkpoint);
        }

        await CollapseAsync(entry, null, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task EndRestoringAsync(VmEntry entry, VmProcess process)
    {
        await EndNowAsync(process).ConfigureAwait(false);
        process.Dispose();
        RemoveRunFolder(entry);
        entry.Set(table, VMState.Stopped, new VmRun());
    }

    // With the machine itself. A disk that stays becomes one file again, that with which the machine was made.
    private async Task RemoveCheckpointsAsync(VmEntry entry)
    {
        if (CheckpointsOf(entry).Count == 0)
        {
            return;
        }

        // Layers that two hosts reach may be the other one's.
        var isElsewhere = entry.Spec.Move is { AreDisksShared: true, Stage: not (MoveStage.Offering or MoveStage.Owned) };
        if (isElsewhere || entry.Run is { DeletesDisk: true })
        {
            ForgetCheckpoints(entry, withLayers: !isElsewhere);
            return;
        }

        foreach (var checkpoint in CheckpointsOf(entry).Where(static c => c.Phase != CheckpointPhase.Hidden))
        {
            await HideCheckpointAsync(entry, checkpoint).ConfigureAwait(false);
        }

        try
        {
            await CollapseAsync(entry, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk("remove", entry.Name, e);
        }
    }

    // Every file that the machine's disks consist of, or are about to.
    private HashSet<string> FilesOf(VmEntry entry)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in CheckpointsOf(entry).SelectMany(static c => c.Spec.Disks).SelectMany(static disk => disk.Files).Append(entry.Spec.StorageMove?.OtherPath).Concat(entry.Spec.OwnDisks().Select(static own => own.Disk.Path)).OfType<string>())
        {
            files.Add(path);
        }

        return files;
    }

    // Of a machine that is gone; its files went with it.
    private void ForgetOrphans()
    {
        foreach (var checkpoint in checkpoints.Values.Where(c => !entries.ContainsKey(c.Spec.VMId)))
        {
            ForgetCheckpoint(checkpoint);
        }
    }
}
