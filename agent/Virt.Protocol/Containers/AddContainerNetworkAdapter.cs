using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Puts a container into one more network, also while it runs.</summary>
[MessagePackObject]
public sealed partial record AddContainerNetworkAdapter
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid ContainerId { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string ContainerName { get; set; } = "";

    /// <summary>The network, one that it is not in yet.</summary>
    [Key(2)]
    public string Network { get; set; } = "";

    /// <summary>Its addresses there, one of each family at most; empty: free ones.</summary>
    [Key(3)]
    public string[] IPAddresses { get; set; } = [];
}
