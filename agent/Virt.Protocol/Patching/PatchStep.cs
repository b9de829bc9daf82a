using System;
using MessagePack;

namespace Virt;

/// <summary>One step of a patch of one workload.</summary>
[MessagePackObject]
public sealed partial record PatchStep
{
    /// <summary>Preflight, Checkpoint, Apply, Replace, Reboot, Health, Keep or PutBack.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>How it ended.</summary>
    [Key(1)]
    public PatchStepState State { get; set; }

    /// <summary>When it began.</summary>
    [Key(2)]
    public DateTimeOffset StartTime { get; set; }

    /// <summary>How long it took; where the agent was restarted meanwhile, that is in it.</summary>
    [Key(3)]
    public TimeSpan Duration { get; set; }

    /// <summary>What it did, or why it failed.</summary>
    [Key(4)]
    public string Message { get; set; } = "";

    /// <summary>Name and duration.</summary>
    public override string ToString() => $"{Name} {Duration.TotalSeconds:0.0} s";
}
