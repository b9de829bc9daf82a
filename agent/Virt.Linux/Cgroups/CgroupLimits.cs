namespace Virt.Linux.Cgroups;

/// <summary>What the processes of a cgroup may use together; null: no limit.</summary>
public sealed record CgroupLimits
{
    /// <summary>Bytes of memory, and no swap beyond.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>CPUs; 0.5 is half the time of one.</summary>
    public double? CpuCount { get; init; }

    /// <summary>Processes and threads.</summary>
    public long? ProcessCount { get; init; }
}
