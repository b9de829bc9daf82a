using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a network. Limits: docs/cmdlets/New-VirtNetwork.md.</summary>
[MessagePackObject]
public sealed partial record NewVirtNetwork
{
    /// <summary>1 to 64 characters: letters, digits, dot, dash, underscore; unique.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Bridge, Isolated or Routed; the others are built in.</summary>
    [Key(1)]
    public VirtNetworkMode Mode { get; set; }

    /// <summary>At most one of IPv4 and one of IPv6; empty: a free one of IPv4 is chosen.</summary>
    [Key(2)]
    public string[] Subnets { get; set; } = [];

    /// <summary>Choose a subnet of IPv6 too where none is given.</summary>
    [Key(3)]
    public bool IPv6 { get; set; }

    /// <summary>1280 to 65535; null: 1500.</summary>
    [Key(4)]
    public int? MtuBytes { get; set; }

    /// <summary>A link of the host whose VLAN becomes a part of the network; empty: none.</summary>
    [Key(5)]
    public string Uplink { get; set; } = "";

    /// <summary>That VLAN, 1 to 4094; with <see cref="Uplink"/> and only with it.</summary>
    [Key(6)]
    public int? VlanId { get; set; }

    /// <summary>The user's own names and values.</summary>
    [Key(7)]
    public Dictionary<string, string> Labels { get; set; } = [];
}
