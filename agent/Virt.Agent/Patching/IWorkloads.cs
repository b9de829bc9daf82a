using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>Finds what can be patched.</summary>
public interface IWorkloads
{
    /// <summary>The workloads that a request means; all where it names none.</summary>
    Task<FoundWorkloads> FindAsync(PatchTargets asked, CancellationToken cancellation);

    /// <summary>One by its id; null where it does not exist any more.</summary>
    Task<IPatchTarget?> FindAsync(WorkloadKind kind, Guid id, CancellationToken cancellation);
}
