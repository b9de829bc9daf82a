using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>How QEMU is started for a machine.</summary>
/// <param name="Arguments">Its arguments, the program's name first.</param>
/// <param name="Descriptors">What it is given as descriptors 3, 4, 5 …</param>
public sealed record QemuPlan(IReadOnlyList<string> Arguments, IReadOnlyList<QemuDescriptor> Descriptors)
{
    /// <summary>The files of this run alone that are written before descriptors are opened, by their paths.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } = new Dictionary<string, byte[]>();
}
