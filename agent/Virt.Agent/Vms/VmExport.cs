using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>An archive that is being written of a machine: what the next agent takes away again.</summary>
/// <param name="Partial">The folder that it lies in until it is whole.</param>
/// <param name="Layers">The files of the machine's disk that are read for it: they stay as they are.</param>
public sealed record VmExport(string Partial, IReadOnlyList<string> Layers);
