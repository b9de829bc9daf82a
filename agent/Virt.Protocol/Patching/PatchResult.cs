using System;
using MessagePack;
using Virt.Protocol;

namespace Virt;

/// <summary>What a patch run did with one workload.</summary>
[MessagePackObject]
public sealed partial record PatchResult
{
    /// <summary>The run, which is also its operation.</summary>
    [Key(0)]
    public Guid RunId { get; set; }

    /// <summary>What it is.</summary>
    [Key(1)]
    public WorkloadKind Kind { get; set; }

    /// <summary>The workload's id.</summary>
    [Key(2)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(3)]
    public string Name { get; set; } = "";

    /// <summary>How it ended.</summary>
    [Key(4)]
    public PatchOutcome Outcome { get; set; }

    /// <summary>One sentence on why, where that is not plain.</summary>
    [Key(5)]
    public string Message { get; set; } = "";

    /// <summary>What was done with each package.</summary>
    [Key(6)]
    public PatchPackage[] Packages { get; set; } = [];

    /// <summary>What was done, and how long each step took.</summary>
    [Key(7)]
    public PatchStep[] Steps { get; set; } = [];

    /// <summary>True where the guest was rebooted.</summary>
    [Key(8)]
    public bool Rebooted { get; set; }

    /// <summary>True where a reboot is still needed.</summary>
    [Key(9)]
    public bool RebootRequired { get; set; }

    /// <summary>What the health check said last.</summary>
    [Key(10)]
    public WorkloadHealth Health { get; set; }

    /// <summary>Of a container: from the end of the old one's first process until the new one's was started; of a VM: while it stood still or rebooted. Null where it was not stopped.</summary>
    [Key(11)]
    public TimeSpan? Downtime { get; set; }

    /// <summary>What putting back took away, or replacing left behind; empty where nothing.</summary>
    [Key(12)]
    public string Lost { get; set; } = "";

    /// <summary>What it can still be put back to: a checkpoint, or a container; empty where nothing was kept.</summary>
    [Key(13)]
    public string Kept { get; set; } = "";

    /// <summary>Why it failed; null where it did not.</summary>
    [Key(14)]
    public ErrorInfo? Error { get; set; }

    /// <summary>When its first step began.</summary>
    [Key(15)]
    public DateTimeOffset StartTime { get; set; }

    /// <summary>How long all steps took.</summary>
    [Key(16)]
    public TimeSpan Duration { get; set; }

    /// <summary>The end of what the package manager wrote, where it failed.</summary>
    [Key(17)]
    public string Output { get; set; } = "";

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>Name and outcome.</summary>
    public override string ToString() => $"{Name}: {Outcome}";
}
