using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Takes back the last patch of workloads whose checkpoint, or former container, was kept.</summary>
[MessagePackObject]
public sealed partial record UndoPatch
{
    /// <summary>Which workloads.</summary>
    [Key(0)]
    public PatchTargets Targets { get; set; } = new();

    /// <summary>Only what this run did; all zeros: the last one that was kept.</summary>
    [Key(1)]
    public Guid RunId { get; set; }
}
