using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Remove-VM.</summary>
public sealed partial class VmService
{
    /// <summary>Removes a machine. Its disk stays where it is unless the request says otherwise; the answer tells where.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; Conflict (its linked copies); ResourceExhausted (the disk that stays of a linked copy).</exception>
    public async Task<VM> RemoveAsync(RemoveVM request, Call call)
    {
        var entry = Find("remove", request.Id, request.Name);
        call.WorksOn(entry.Name);
        var removed = await RemoveAsync(entry, request, call).ConfigureAwait(false);
        if (!call.WhatIf)
        {
            await GiveBackLayersAsync(entry, call).ConfigureAwait(false);
        }

        return removed;
    }

    private async Task<VM> RemoveAsync(VmEntry entry, RemoveVM request, Call call)
    {
        if (!request.Force || entry.State != VMState.Released)
        {
            RefuseWhileMoving("remove", entry);
        }
        else if (call.WhatIf)
        {
            return Removed(entry, request);
        }
        else
        {
            // Its move has the lock, and waits for the other host as long as that takes.
            entry.Abandon();
        }

        using var held = await EnterAsync("remove", entry, call).ConfigureAwait(false);
        VmStates.CheckRemove(entry.Name, entry.State, request.Force);
        if (CopiesOf(entry) is { Count: > 0 } copies)
        {
            throw VmErrors.HasCopies("remove", entry.Name, copies);
        }

        if (entry.Spec.Exports.Count > 0)
        {
            throw new VirtException(ErrorCode.Conflict, "VMExporting", $"Cannot remove VM '{entry.Name}': it is being exported.", entry.Name, "Get-VirtOperation | Where-Object State -eq Running");
        }

        if (!request.DeleteDisk)
        {
            CheckSpaceToKeep(entry);
        }

        if (call.WhatIf)
        {
            return Removed(entry, request);
        }

        if (entry.State is VMState.Receiving or VMState.Released)
        {
            await EndQemuAsync(entry).ConfigureAwait(false);
        }
        else if (VmStates.IsAlive(entry.State))
        {
            await TurnOffAsync(entry).ConfigureAwait(false);
        }

        entry.Set(table, VMState.Removing, new VmRun { DeletesDisk = request.DeleteDisk || IsHalfReceived(entry) });
        await RemoveCheckpointsAsync(entry).ConfigureAwait(false);
        var removed = Removed(entry, request);
        await FinishRemoveAsync(entry, call).ConfigureAwait(false);
        return removed;
    }

    // Half of a disk is none, and cannot be made one file.
    private bool IsHalfReceived(VmEntry entry) => entry.Spec.Move is { Stage: MoveStage.Receiving, AreDisksShared: false } && CheckpointsOf(entry).Count > 0;

    private VM Removed(VmEntry entry, RemoveVM request) =>
        request.DeleteDisk && OwnsDisk(entry) ? Show(entry) with { DiskPath = "", DiskSizeBytes = 0 } : Show(entry);

    // Under the lock. May be done again from anywhere in it.
    private async Task FinishRemoveAsync(VmEntry entry, Call? call = null)
    {
        await RemoveCheckpointsAsync(entry).ConfigureAwait(false);
        if (entry.Run is not { DeletesDisk: true })
        {
            await PartDisksAsync(entry, call).ConfigureAwait(false);
        }

        RemoveFiles(entry, withDisk: entry.Run is { DeletesDisk: true });
        Forget(entry);
    }
}
