using System;
using System.Diagnostics;

namespace Virt.Linux.Cgroups;

/// <summary>What the processes of a cgroup used at one time.</summary>
/// <param name="UsedBytes">All of it, the file cache too.</param>
/// <param name="CacheBytes">The file cache that could be dropped at once.</param>
public sealed record CgroupMemorySample(long UsedBytes, long CacheBytes)
{
    /// <summary>How long it may stand for a cgroup whose use seems the same: what was cache may be in use since.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    /// <summary>When it was read, by the stopwatch.</summary>
    public long Timestamp { get; init; } = Stopwatch.GetTimestamp();

    /// <summary>Bytes in use, without what could be dropped at once.</summary>
    public long Bytes => Math.Max(0, UsedBytes - CacheBytes);

    /// <summary>Whether it must be read again.</summary>
    public bool IsOld => Stopwatch.GetElapsedTime(Timestamp) > Lifetime;
}
