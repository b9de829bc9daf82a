namespace Virt.Linux.Cgroups;

/// <summary>What the processes of a cgroup use together; null where the host does not tell.</summary>
public sealed record CgroupUsage
{
    /// <summary>Bytes, without the file cache that could be dropped at once.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Processes and threads.</summary>
    public long? ProcessCount { get; init; }

    /// <summary>How often the kernel ended a process for want of memory.</summary>
    public long OutOfMemoryKills { get; init; }
}
