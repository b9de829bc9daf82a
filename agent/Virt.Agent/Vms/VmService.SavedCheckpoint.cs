using System;
using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// Checkpoints of saved machines (docs/adr/0047). What was saved is never written to again, so a checkpoint has it under a further name of the same file: that costs nothing, and each of the two
/// may go without the other.
/// </summary>
public sealed partial class VmService
{
    // Of one that is saved or stands still: that there is a memory to go on from.
    private void CheckMemory(string verb, VmEntry entry)
    {
        CheckTpm(verb, entry);
        var without = $"Checkpoint-VM -Name {entry.Name} -DiskOnly";
        if (entry.State == VMState.Paused)
        {
            CheckSound(verb, entry, without);
        }
        else if (entry.State == VMState.Saved && SavedMemory.WhatIsWrong(FolderOf(entry).SavedFile, 0) is { } wrong)
        {
            throw new VirtException(ErrorCode.DataLoss, "SavedStateLost", $"Cannot {verb} VM '{entry.Name}': its saved memory cannot be used ({VmErrors.Sentence(wrong)}).", entry.Name, without);
        }
    }

    private async Task KeepSavedAsync(VmEntry entry, CheckpointEntry checkpoint)
    {
        if (checkpoint.Spec is { HasMemory: true })
        {
            var folder = FolderOf(entry);
            LinkMemory(folder.SavedFile, folder.MemoryFile(checkpoint.Id));
            await FaultPoint.ReachAsync(CheckpointFaults.SavedKept).ConfigureAwait(false);
        }
    }

    // With the machine off. It is saved then, as it was.
    private async Task SaveAgainAsync(VmEntry entry, CheckpointEntry checkpoint)
    {
        var (spec, folder) = (checkpoint.Spec, FolderOf(entry));
        LinkMemory(folder.MemoryFile(checkpoint.Id), folder.SavedFile);
        await FaultPoint.ReachAsync(CheckpointFaults.SavedBack).ConfigureAwait(false);
        var saved = new VmSavedState { MachineType = spec.MachineType, Accelerator = spec.Accelerator };
        entry.Set(table, VMState.Saved, new VmRun { Accelerator = spec.Accelerator, Saved = saved }, entry.Spec with { Pending = spec.Machine.Pending });
        await FaultPoint.ReachAsync(CheckpointFaults.Restored).ConfigureAwait(false);
    }

    private static void LinkMemory(string file, string another)
    {
        try
        {
            File.Delete(another);
            FileHandles.Link(file, another);
            FileHandles.SyncFolder(Path.GetDirectoryName(another)!);
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            throw new DiskException(e is LinuxException { Errno: Errno.ENOSPC } ? DiskProblem.NoSpace : DiskProblem.Other, another, e.Message);
        }
    }
}
