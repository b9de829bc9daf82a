using System.Collections.Generic;
using Virt.Agent.Common;

namespace Virt.Agent.Vms;

/// <summary>What a machine is to be from its next start on; stored as JSON. What runs, is saved or moves has what it was started with.</summary>
public sealed record VmPending
{
    /// <summary>See <see cref="VmSpec.MemoryBytes"/>; null: it stays.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>See <see cref="VmSpec.MaximumMemoryBytes"/>; null: it stays.</summary>
    public long? MaximumMemoryBytes { get; init; }

    /// <summary>See <see cref="VmSpec.BackingPageSize"/>; null: it stays.</summary>
    public VMBackingPageSize? BackingPageSize { get; init; }

    /// <summary>See <see cref="VmSpec.ProcessorCount"/>; null: it stays.</summary>
    public int? ProcessorCount { get; init; }

    /// <summary>See <see cref="VmSpec.HotplugPorts"/>; null: it stays.</summary>
    public int? HotplugPorts { get; init; }

    /// <summary>See <see cref="VmSpec.CpuModel"/>, <see cref="Vms.CpuModel.Host"/> for none; null: it stays.</summary>
    public string? CpuModel { get; init; }

    /// <summary>See <see cref="VmSpec.CoresPerSocket"/>; null: it stays.</summary>
    public int? CoresPerSocket { get; init; }

    /// <summary>See <see cref="VmSpec.ThreadsPerCore"/>; null: it stays.</summary>
    public int? ThreadsPerCore { get; init; }

    /// <summary>Such as <c>ProcessorCount 4</c>.</summary>
    public IEnumerable<string> Words()
    {
        if (MemoryBytes is { } memory)
        {
            yield return $"MemoryBytes {ByteText.Of(memory)}";
        }

        if (MaximumMemoryBytes is { } maximum)
        {
            yield return maximum == 0 ? "MaximumBytes 0" : $"MaximumBytes {ByteText.Of(maximum)}";
        }

        if (BackingPageSize is { } pages)
        {
            yield return $"BackingPageSize {pages}";
        }

        if (ProcessorCount is { } processors)
        {
            yield return System.FormattableString.Invariant($"ProcessorCount {processors}");
        }

        if (CpuModel is { } model)
        {
            yield return $"Model {model}";
        }

        if (CoresPerSocket is { } cores)
        {
            yield return System.FormattableString.Invariant($"CoreCountPerSocket {cores}");
        }

        if (ThreadsPerCore is { } threads)
        {
            yield return System.FormattableString.Invariant($"ThreadCountPerCore {threads}");
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
        MaximumMemoryBytes = MaximumMemoryBytes ?? spec.MaximumMemoryBytes,
        BackingPageSize = BackingPageSize ?? spec.BackingPageSize,
        ProcessorCount = ProcessorCount ?? spec.ProcessorCount,
        HotplugPorts = HotplugPorts ?? spec.HotplugPorts,
        CpuModel = CpuModel is null ? spec.CpuModel : CpuModel == Vms.CpuModel.Host ? null : CpuModel,
        CoresPerSocket = CoresPerSocket ?? spec.CoresPerSocket,
        ThreadsPerCore = ThreadsPerCore ?? spec.ThreadsPerCore,
        Pending = null,
    };
}
