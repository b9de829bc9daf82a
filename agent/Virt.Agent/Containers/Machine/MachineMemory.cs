using System;

namespace Virt.Agent.Containers.Machine;

/// <summary>How large a container's own virtual machine is, and what its host has to give for it.</summary>
internal static class MachineMemory
{
    /// <summary>A machine's memory where nothing is said.</summary>
    public const long DefaultBytes = 256L << 20;

    /// <summary>With less its kernel does not come up.</summary>
    public const long LeastBytes = 96L << 20;

    // What QEMU and the file server take beside the machine's own memory: their libraries, what QEMU has translated of the guest (tb-size), the files that are on their way.
    private const long BesideBytes = 192L << 20;

    private const long Megabyte = 1 << 20;

    /// <summary>The machine's memory, in whole megabytes.</summary>
    public static long OfGuest(ContainerSpec spec) => ((spec.MemoryBytes ?? DefaultBytes) + Megabyte - 1) / Megabyte * Megabyte;

    /// <summary>What its control group may take.</summary>
    public static long OnHost(ContainerSpec spec) => OfGuest(spec) + BesideBytes;

    /// <summary>Its processors: as many as its share of the host's, rounded up; one where nothing is said.</summary>
    public static int Processors(ContainerSpec spec) => Math.Max(1, (int)Math.Ceiling(spec.CpuCount ?? 1));
}
