using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Takes a container out of one of its networks, also while it runs.</summary>
[MessagePackObject]
public sealed partial record RemoveContainerNetworkAdapter
{
    /// <summary>The adapter's id; all zeros: by the container and the name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(2)]
    public Guid ContainerId { get; set; }

    /// <summary>The container's name.</summary>
    [Key(3)]
    public string ContainerName { get; set; } = "";
}
