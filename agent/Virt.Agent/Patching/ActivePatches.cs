using System;
using System.Collections.Concurrent;

namespace Virt.Agent.Patching;

/// <summary>Which run works on which workload: never two on one.</summary>
internal sealed class ActivePatches
{
    private readonly ConcurrentDictionary<Guid, Guid> runs = new();

    /// <summary>Takes a workload for a run.</summary>
    /// <returns>The run that has it: the same one where that worked.</returns>
    public Guid Take(Guid workload, Guid run) => runs.GetOrAdd(workload, run);

    /// <summary>A run works on it.</summary>
    public bool Has(Guid workload) => runs.ContainsKey(workload);

    /// <summary>Lets go of a workload, where this run has it.</summary>
    public void Release(Guid workload, Guid run) => runs.TryRemove(new(workload, run));
}
