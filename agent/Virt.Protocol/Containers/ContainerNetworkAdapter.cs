using System;
using MessagePack;

namespace Virt;

/// <summary>A network adapter of a container at one moment.</summary>
[MessagePackObject]
public sealed partial record ContainerNetworkAdapter
{
    /// <summary>Its id, for life; of the first adapter, the container's.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>The container's id.</summary>
    [Key(1)]
    public Guid ContainerId { get; set; }

    /// <summary>The container's name.</summary>
    [Key(2)]
    public string ContainerName { get; set; } = "";

    /// <summary>Its name in the container, such as <c>eth1</c>; <c>eth0</c> is the first one, which has the published ports.</summary>
    [Key(3)]
    public string Name { get; set; } = "";

    /// <summary>The network that it is in.</summary>
    [Key(4)]
    public string Network { get; set; } = "";

    /// <summary>Its hardware address.</summary>
    [Key(5)]
    public string MacAddress { get; set; } = "";

    /// <summary>The addresses that its network keeps for it.</summary>
    [Key(6)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The adapter's name.</summary>
    public override string ToString() => Name;
}
