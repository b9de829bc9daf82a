using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for network adapters of containers; for all where it names neither containers nor adapters.</summary>
[MessagePackObject]
public sealed partial record GetContainerNetworkAdapter
{
    /// <summary>Names or patterns of containers with * ? [a-z].</summary>
    [Key(0)]
    public string[] ContainerNames { get; set; } = [];

    /// <summary>Ids of containers.</summary>
    [Key(1)]
    public Guid[] ContainerIds { get; set; } = [];

    /// <summary>Names or patterns of adapters, of the containers that are named, or of all.</summary>
    [Key(2)]
    public string[] Names { get; set; } = [];

    /// <summary>Ids of adapters.</summary>
    [Key(3)]
    public Guid[] Ids { get; set; } = [];
}
