using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Patching.Targets;

/// <summary>The virtual machines and containers of this host.</summary>
public sealed class Workloads(VmService vms, ContainerService containers, TimeProvider time) : IWorkloads
{
    /// <inheritdoc/>
    public async Task<FoundWorkloads> FindAsync(PatchTargets asked, CancellationToken cancellation)
    {
        var targets = new List<IPatchTarget>();
        var errors = new List<ErrorInfo>();
        var call = new Call(NoSink.Instance, "", whatIf: false, cancellation);
        var isAll = asked is { VMNames.Length: 0, VMIds.Length: 0, ContainerNames.Length: 0, ContainerIds.Length: 0 };
        if (isAll || asked.VMNames.Length > 0 || asked.VMIds.Length > 0)
        {
            var found = await vms.GetAsync(new GetVM { Names = asked.VMNames, Ids = asked.VMIds }, call).ConfigureAwait(false);
            targets.AddRange(found.Items.Select(Of));
            errors.AddRange(found.Errors);
        }

        if (isAll || asked.ContainerNames.Length > 0 || asked.ContainerIds.Length > 0)
        {
            var found = await containers.GetAsync(new GetContainer { Names = asked.ContainerNames, Ids = asked.ContainerIds }, call).ConfigureAwait(false);
            targets.AddRange(found.Items.Select(Of));
            errors.AddRange(found.Errors);
        }

        return new FoundWorkloads(targets, errors);
    }

    /// <inheritdoc/>
    public async Task<IPatchTarget?> FindAsync(WorkloadKind kind, Guid id, CancellationToken cancellation)
    {
        var found = await FindAsync(kind == WorkloadKind.VM ? new PatchTargets { VMIds = [id] } : new PatchTargets { ContainerIds = [id] }, cancellation).ConfigureAwait(false);
        return found.Targets.Count == 0 ? null : found.Targets[0];
    }

    private IPatchTarget Of(VM machine) => new VmTarget(vms, machine.Id, machine.Name, time);

    private IPatchTarget Of(Container container) => new ContainerTarget(containers, container.Id, container.Name, time);
}
