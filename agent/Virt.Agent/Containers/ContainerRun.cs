using System;

namespace Virt.Agent.Containers;

/// <summary>What is true of a container's present or last run. Stored as JSON.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record ContainerRun
{
    /// <summary>The launch's id, by which the keeper knows the process.</summary>
    public Guid LaunchId { get; set; }

    /// <summary>The name of its cgroup.</summary>
    public string Cgroup { get; set; } = "";

    /// <summary>The first process; 0 before it is known.</summary>
    public int ProcessId { get; set; }

    /// <summary>The inode of its pidfd.</summary>
    public ulong Inode { get; set; }

    /// <summary>Its start in clock ticks since boot.</summary>
    public ulong StartTicks { get; set; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset? StartTime { get; set; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? ExitTime { get; set; }

    /// <summary>Its exit code, 128 + n where signal n ended it; null where it could not be learned.</summary>
    public int? ExitCode { get; set; }

    /// <summary>The kernel ended it for want of memory.</summary>
    public bool OutOfMemory { get; set; }

    /// <summary>Why it is in its state where that is not plain.</summary>
    public string Status { get; set; } = "";

    /// <summary>The first of the host's ids that its ids are; 0: the host's.</summary>
    public uint HostIds { get; set; }

    /// <summary>How often in a row the agent has started it again before this run.</summary>
    public int RestartCount { get; set; }

    /// <summary>Somebody has stopped it.</summary>
    public bool IsStopped { get; set; }

    /// <summary>It was stopped because the host went down.</summary>
    public bool HostStopped { get; set; }

    /// <summary>It is being replaced: an agent that finds it without a process starts it again.</summary>
    public bool StartAgain { get; set; }

    /// <summary>A restart that had asked it to end was given up: where it ends before this, it is started again. Null: there was none.</summary>
    public DateTimeOffset? StartAgainUntil { get; set; }
}
