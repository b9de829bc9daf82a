using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Remove-VM.</summary>
public sealed partial class VmService
{
    /// <summary>Removes a machine. Its disk stays where it is unless the request says otherwise; the last progress report tells where.</summary>
    /// <exception cref="VirtException">NotFound; WrongState.</exception>
    public async Task<Nothing> RemoveAsync(RemoveVM request, Call call)
    {
        var entry = Find("remove", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("remove", entry, call).ConfigureAwait(false);
        VmStates.CheckRemove(entry.Name, entry.State, request.Force);
        if (call.WhatIf)
        {
            return new Nothing();
        }

        if (VmStates.IsAlive(entry.State))
        {
            await TurnOffAsync(entry).ConfigureAwait(false);
        }

        entry.Set(table, VMState.Removing, new VmRun { DeletesDisk = request.DeleteDisk });
        FinishRemove(entry);
        if (entry.Spec.Disk is { } disk && !request.DeleteDisk)
        {
            call.Report($"Removing VM '{entry.Name}'", $"its disk stays at '{disk.Path}'", 100);
        }

        return new Nothing();
    }

    // Under the lock. May be done again from anywhere in it.
    private void FinishRemove(VmEntry entry)
    {
        RemoveFiles(entry, withDisk: entry.Run is { DeletesDisk: true });
        Forget(entry);
    }
}
