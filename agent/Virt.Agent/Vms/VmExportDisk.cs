using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>A disk that is written into an archive.</summary>
/// <param name="Layers">What it is made of, the nearest first.</param>
/// <param name="Since">The one of these since which only what has changed is written; null: everything is.</param>
internal sealed record VmExportDisk(IReadOnlyList<VmDiskLayer> Layers, VmDiskLayer? Since)
{
    /// <summary>Those whose contents are written, at most.</summary>
    public IReadOnlyList<VmDiskLayer> Above { get; } = [.. Layers.TakeWhile(layer => layer != Since)];
}
