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
            process?.Signal(Signals.Kill);
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

        using (await LockAsync("remove", entry, call).ConfigureAwait(false))
        {
            // Somebody may have started it again meanwhile.
            ContainerStates.CheckRemove(entry.Name, entry.State, force: false);
            Remove(entry);
        }

        return new Nothing();
    }

    // Its cgroup went, or goes, after the end of its run.
    private void Remove(ContainerEntry entry)
    {
        entry.Set(table, ContainerState.Removing, entry.Run);
        try
        {
            FolderOf(entry).Remove();
        }
        catch (LinuxException e)
        {
            throw new VirtException(ErrorCode.Internal, "ContainerFolderNotRemoved", $"Cannot remove container '{entry.Name}': its folder cannot be removed ({e.Message}).", entry.Name, $"Remove-Container -Name {entry.Name}", e);
        }

        Leave(entry);
        table.Delete(entry.Id);
        entries.TryRemove(entry.Id, out _);
        entry.SetRemoved();
        if (LayerStore.UsedBy([entry.Spec]).Count > 0)
        {
            layers.Sweep();
        }
    }
}
