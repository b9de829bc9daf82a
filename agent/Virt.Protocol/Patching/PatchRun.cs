using System;
using MessagePack;
using Virt.Protocol;

namespace Virt;

/// <summary>One patch run: who asked for it, and what it did.</summary>
[MessagePackObject]
public sealed partial record PatchRun
{
    /// <summary>Its id, which is also its operation.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>When it began.</summary>
    [Key(1)]
    public DateTimeOffset StartTime { get; set; }

    /// <summary>When it ended; null while it runs.</summary>
    [Key(2)]
    public DateTimeOffset? EndTime { get; set; }

    /// <summary>The user who asked for it.</summary>
    [Key(3)]
    public string StartedBy { get; set; } = "";

    /// <summary>The schedule that asked for it; empty: a user did.</summary>
    [Key(4)]
    public string Schedule { get; set; } = "";

    /// <summary>The plan that was applied.</summary>
    [Key(5)]
    public string PlanHash { get; set; } = "";

    /// <summary>Running; Completed; Failed: at least one workload failed, whether it was put back or not; Cancelled.</summary>
    [Key(6)]
    public OperationState State { get; set; }

    /// <summary>What it did with each workload.</summary>
    [Key(7)]
    public PatchResult[] Results { get; set; } = [];

    /// <summary>Why it ended early, where it did.</summary>
    [Key(8)]
    public string Message { get; set; } = "";

    /// <summary>Workloads that were asked for and not found.</summary>
    [Key(9)]
    public ErrorInfo[] Errors { get; set; } = [];

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>Its id.</summary>
    public override string ToString() => Id.ToString();
}
