using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>Removes a container with all that it wrote.</summary>
    /// <exception cref="VirtException">NotFound; WrongState where it runs and is not to be killed.</exception>
    public async Task<Nothing> RemoveAsync(RemoveContainer request, Call call)
    {
        var entry = Find("remove", request.Id, request.Name);
        call.WorksOn(entry.Name);
        KeptProcess? process;
        using (await LockAsync("remove", entry, call).ConfigureAwait(false))
        {
            ContainerStates.CheckRemove(entry.Name, entry.State, request.Force);
            if (call.WhatIf)
            {
                return new Nothing();
            }

            process = entry.Process;
            if (process is not null)
            {
                ForgetRestart(entry);
                await SignalEndAsync(entry, process, entry.State, atOnce: true).ConfigureAwait(false);
            }
        }

        if (process is not null && !await UntilAsync(entry, e => e.Process != process, Timeouts.Kill, call).ConfigureAwait(false))
        {
            throw new VirtException(
                ErrorCode.Timeout,
                "ContainerStopTimeout",
                $"Cannot remove container '{entry.Name}': its first process did not end within {Timeouts.Kill.TotalSeconds} s of SIGKILL.",
                entry.Name,
                $"Remove-Container -Name {entry.Name} -Force");
        }

        using (await locks.EnterAsync(entry.Id, () => entry.IsRemoved && !HasGone(entry) ? ResourceName.Gone("remove", Kind, entry.Name, entry.Id) : null, call.Cancellation).ConfigureAwait(false))
        {
            if (entry.IsRemoved)
            {
                return new Nothing();
            }

            // Somebody may have started it again meanwhile.
            ContainerStates.CheckRemove(entry.Name, entry.State, force: false);
            await RemoveAsync(entry).ConfigureAwait(false);
        }

        return new Nothing();
    }

    // Its cgroup went, or goes, after the end of its run.
    private async Task RemoveAsync(ContainerEntry entry)
    {
        entry.Set(table, ContainerState.Removing, entry.Run);
        await FaultPoint.ReachAsync(ContainerFaults.RemoveWritten).ConfigureAwait(false);
        try
        {
            FolderOf(entry).Remove();
        }
        catch (LinuxException e)
        {
            throw new VirtException(ErrorCode.Internal, "ContainerFolderNotRemoved", $"Cannot remove container '{entry.Name}': its folder cannot be removed ({e.Message}).", entry.Name, $"Remove-Container -Name {entry.Name}", e);
        }

        await FaultPoint.ReachAsync(ContainerFaults.RemoveEmptied).ConfigureAwait(false);
        table.Delete(entry.Id);
        if (HasGone(entry))
        {
            gone.Add(ShowEnded(entry));
        }

        entries.TryRemove(entry.Id, out _);
        Leave(entry);
        entry.SetRemoved();
        if (LayerStore.UsedBy([entry.Spec]).Count > 0)
        {
            layers.Sweep();
        }
    }
}
