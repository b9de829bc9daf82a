using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Which workloads a request means. Names may be patterns; a literal name without a workload is an error beside the others.</summary>
[MessagePackObject]
public sealed partial record PatchTargets
{
    /// <summary>Virtual machines by name or pattern.</summary>
    [Key(0)]
    public string[] VMNames { get; set; } = [];

    /// <summary>Virtual machines by id.</summary>
    [Key(1)]
    public Guid[] VMIds { get; set; } = [];

    /// <summary>Containers by name or pattern.</summary>
    [Key(2)]
    public string[] ContainerNames { get; set; } = [];

    /// <summary>Containers by id.</summary>
    [Key(3)]
    public Guid[] ContainerIds { get; set; } = [];
}
