using System;

namespace Virt.Agent.Containers;

/// <summary>What is true of a container's present or last run. Stored as JSON.</summary>
public sealed record ContainerRun
{
    /// <summary>The launch's id, by which the keeper knows the process.</summary>
    public Guid LaunchId { get; init; }

    /// <summary>The name of its cgroup.</summary>
    public string Cgroup { get; init; } = "";

    /// <summary>The first process; 0 before it is known.</summary>
    public int ProcessId { get; init; }

    /// <summary>The inode of its pidfd.</summary>
    public ulong Inode { get; init; }

    /// <summary>Its start in clock ticks since boot.</summary>
    public ulong StartTicks { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? ExitTime { get; init; }

    /// <summary>Its exit code, 128 + n where signal n ended it; null where it could not be learned.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The kernel ended it for want of memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>Why it is in its state where that is not plain.</summary>
    public string Status { get; init; } = "";
}
