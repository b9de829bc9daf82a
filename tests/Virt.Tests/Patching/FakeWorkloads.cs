using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Patching;
using Virt.Protocol;

namespace Virt.Tests.Patching;

internal sealed class FakeWorkloads(params FakeTarget[] targets) : IWorkloads
{
    public List<FakeTarget> Targets { get; } = [.. targets];

    public Task<FoundWorkloads> FindAsync(PatchTargets asked, CancellationToken cancellation)
    {
        var isAll = asked is { VMNames.Length: 0, VMIds.Length: 0, ContainerNames.Length: 0, ContainerIds.Length: 0 };
        var found = Targets.Where(t => isAll || Names(asked, t.Kind).Any(n => NamePattern.Matches(n, t.Name)) || (t.Kind == WorkloadKind.VM ? asked.VMIds : asked.ContainerIds).Contains(t.Id)).ToList();
        var missing = asked.VMNames.Concat(asked.ContainerNames).Where(n => !NamePattern.IsPattern(n) && Targets.All(t => t.Name != n));
        return Task.FromResult(new FoundWorkloads(found, [.. missing.Select(n => new ErrorInfo { Code = ErrorCode.NotFound, Id = "VMNotFound", Message = $"Cannot get VM '{n}'.", Target = n })]));
    }

    public Task<IPatchTarget?> FindAsync(WorkloadKind kind, Guid id, CancellationToken cancellation) => Task.FromResult<IPatchTarget?>(Targets.FirstOrDefault(t => t.Kind == kind && t.Id == id));

    private static string[] Names(PatchTargets asked, WorkloadKind kind) => kind == WorkloadKind.VM ? asked.VMNames : asked.ContainerNames;
}
