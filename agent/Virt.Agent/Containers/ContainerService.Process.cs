using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers.Machine;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>The processes of a container, with the ids that they have in it.</summary>
    /// <exception cref="VirtException">NotFound; WrongState.</exception>
    public async Task<ContainerProcessList> GetProcessAsync(GetContainerProcess request, Call call)
    {
        var entry = Find("list the processes of", request.Id, request.Name);
        ContainerStates.CheckAlive("list the processes of", entry.Name, entry.State);
        if (entry.Spec.IsMachine)
        {
            return new ContainerProcessList { Items = MachineProcesses.Parse(entry.Name, await ListMachineAsync(entry, call).ConfigureAwait(false)) };
        }

        var run = entry.Run!;
        var all = cgroups.Open(run.Cgroup).ReadAllProcesses().Select(static id => ProcessFacts.Read(id)).OfType<ProcessFacts>().ToList();
        var inside = all.ToDictionary(static p => p.HostId, static p => p.Id);
        return new ContainerProcessList
        {
            Items =
            [
                .. all.OrderBy(static p => p.Id).Select(p => new ContainerProcess
                {
                    Name = entry.Name,
                    ProcessId = p.Id,
                    ParentId = inside.GetValueOrDefault(p.HostParentId),
                    HostProcessId = p.HostId,
                    UserId = p.UserId >= run.HostIds ? p.UserId - run.HostIds : p.UserId,
                    State = p.State,
                    MemoryBytes = p.MemoryBytes,
                    CpuTime = p.CpuTime,
                    StartTime = p.StartTime,
                    Command = p.Command,
                }),
            ],
        };
    }
}
