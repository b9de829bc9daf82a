using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Reads patch runs, newest first.</summary>
[MessagePackObject]
public sealed partial record GetPatchHistory
{
    /// <summary>Only what concerns these workloads; where none is named: all.</summary>
    [Key(0)]
    public PatchTargets Targets { get; set; } = new();

    /// <summary>Only these runs.</summary>
    [Key(1)]
    public Guid[] RunIds { get; set; } = [];

    /// <summary>Only what began later.</summary>
    [Key(2)]
    public DateTimeOffset? Since { get; set; }

    /// <summary>At most so many runs.</summary>
    [Key(3)]
    public int Last { get; set; } = 100;
}
