using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt;

/// <summary>A network of a host that its VMs and containers share.</summary>
[MessagePackObject]
public sealed partial record VirtNetwork
{
    /// <summary>Its id, for life.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>What its members can reach.</summary>
    [Key(2)]
    public VirtNetworkMode Mode { get; set; }

    /// <summary>Its subnets, such as <c>10.144.0.0/24</c>: one of IPv4, one of IPv6, or both.</summary>
    [Key(3)]
    public string[] Subnets { get; set; } = [];

    /// <summary>The host's address in each: members' gateway and name server.</summary>
    [Key(4)]
    public string[] Gateways { get; set; } = [];

    /// <summary>The longest packet, in bytes.</summary>
    [Key(5)]
    public int MtuBytes { get; set; }

    /// <summary>The link of the host whose VLAN is a part of the network; empty: none.</summary>
    [Key(6)]
    public string Uplink { get; set; } = "";

    /// <summary>That VLAN, 1 to 4094; null: none.</summary>
    [Key(7)]
    public int? VlanId { get; set; }

    /// <summary>The name of its bridge, and of its nftables table.</summary>
    [Key(8)]
    public string BridgeName { get; set; } = "";

    /// <summary>The names of the containers and VMs that belong to it.</summary>
    [Key(9)]
    public string[] UsedBy { get; set; } = [];

    /// <summary>What is not as it should be; empty where all is well.</summary>
    [Key(10)]
    public string Status { get; set; } = "";

    /// <summary>The user's own names and values.</summary>
    [Key(11)]
    public Dictionary<string, string> Labels { get; set; } = [];

    /// <summary>When it was made.</summary>
    [Key(12)]
    public DateTimeOffset CreationTime { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The network's name.</summary>
    public override string ToString() => Name;
}
