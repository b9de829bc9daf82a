using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Patches workloads: by a plan exactly, or by one that is made on the spot.</summary>
[MessagePackObject]
public sealed partial record InvokePatch
{
    /// <summary>Which workloads; with a plan: only those of its own that are named here, all where none is.</summary>
    [Key(0)]
    public PatchTargets Targets { get; set; } = new();

    /// <summary>Which packages; not with a plan.</summary>
    [Key(1)]
    public PatchFilter Filter { get; set; } = new();

    /// <summary>The plan to apply exactly; null: made now.</summary>
    [Key(2)]
    public PatchPlan? Plan { get; set; }

    /// <summary>How.</summary>
    [Key(3)]
    public PatchOptions Options { get; set; } = new();

    /// <summary>The schedule that asks for it; empty: a user does.</summary>
    [Key(4)]
    public string Schedule { get; set; } = "";

    /// <summary>After this instant no further workload is begun; those that are under way are brought to their end. Null: no limit.</summary>
    [Key(5)]
    public DateTimeOffset? BeginUntil { get; set; }
}
