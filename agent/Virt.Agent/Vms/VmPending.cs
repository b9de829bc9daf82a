using System.Collections.Generic;
using Virt.Agent.Common;

namespace Virt.Agent.Vms;

/// <summary>What a machine is to be from its next start on; stored as JSON. What runs, is saved or moves has what it was started with.</summary>
public sealed record VmPending
{
    /// <summary>See <see cref="VmSpec.MemoryBytes"/>; null: it stays.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>See <see cref="VmSpec.ProcessorCount"/>; null: it stays.</summary>
    public int? ProcessorCount { get; init; }

    /// <summary>See <see cref="VmSpec.HotplugPorts"/>; null: it stays.</summary>
    public int? HotplugPorts { get; init; }

    /// <summary>Such as <c>ProcessorCount 4</c>.</summary>
    public IEnumerable<string> Words()
    {
        if (MemoryBytes is { } memory)
        {
            yield return $"MemoryBytes {ByteText.Of(memory)}";
        }

        if (ProcessorCount is { } processors)
        {
            yield return System.FormattableString.Invariant($"ProcessorCount {processors}");
        }

        if (HotplugPorts is { } ports)
        {
            yield return System.FormattableString.Invariant($"HotplugPortCount {ports}");
        }
    }

    /// <summary>The machine as it is from then on.</summary>
    public VmSpec ApplyTo(VmSpec spec) => spec with
    {
        MemoryBytes = MemoryBytes ?? spec.MemoryBytes,
        ProcessorCount = ProcessorCount ?? spec.ProcessorCount,
        HotplugPorts = HotplugPorts ?? spec.HotplugPorts,
        Pending = null,
    };
}
