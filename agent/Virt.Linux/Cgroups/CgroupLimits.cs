using System.Collections.Generic;

namespace Virt.Linux.Cgroups;

/// <summary>What the processes of a cgroup may use together; null: as it is, which is no limit in a new one.</summary>
public sealed record CgroupLimits
{
    /// <summary>Bytes of memory.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Bytes of swap beyond the memory, where the host counts swap; null with <see cref="MemoryBytes"/>: none.</summary>
    public long? SwapBytes { get; init; }

    /// <summary>Bytes of memory that are left to it while the host has others to take from.</summary>
    public long? ReservedMemoryBytes { get; init; }

    /// <summary>CPUs; 0.5 is half the time of one.</summary>
    public double? CpuCount { get; init; }

    /// <summary>Its share of busy CPUs beside others, 2 to 262144; 1024 is what a cgroup has by itself.</summary>
    public long? CpuShares { get; init; }

    /// <summary>Which CPUs, such as <c>0-1,3</c>.</summary>
    public string? CpuSet { get; init; }

    /// <summary>Processes and threads.</summary>
    public long? ProcessCount { get; init; }

    /// <summary>Its share of busy disks beside others, 10 to 1000; 100 is what a cgroup has by itself.</summary>
    public long? BlockWeight { get; init; }

    /// <summary>Limits of single disks.</summary>
    public IReadOnlyList<BlockLimit> Block { get; init; } = [];

    /// <summary>Whoever is in it may make cgroups of its own below it; see <see cref="Cgroup.Delegate"/>.</summary>
    public bool IsDelegated { get; init; }

    /// <summary>v1: the controllers beyond those that every cgroup has.</summary>
    public IReadOnlyList<string> Extra => [.. CpuSet is null ? (string[])[] : ["cpuset"], .. BlockWeight is null && Block.Count == 0 ? (string[])[] : ["blkio"], .. IsDelegated ? [CgroupTree.Delegation] : (string[])[]];
}
