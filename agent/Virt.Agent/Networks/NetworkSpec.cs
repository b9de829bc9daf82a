using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text.Json.Serialization;

namespace Virt.Agent.Networks;

/// <summary>What a network was asked to be, with what was chosen for it. Stored as JSON.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record NetworkSpec
{
    /// <summary>Bridge, Isolated or Routed.</summary>
    public required VirtNetworkMode Mode { get; init; }

    /// <summary>The bridge's name, and that of its nftables table: <c>virt0</c>, <c>virt1</c> …</summary>
    public required string Bridge { get; init; }

    /// <summary>Its subnets, each as <c>10.144.0.0/24</c>; one of each family at most.</summary>
    public IReadOnlyList<string> Subnets { get; set; } = [];

    /// <summary>The longest packet, in bytes.</summary>
    public int MtuBytes { get; set; } = 1500;

    /// <summary>The host's link whose VLAN is a part of it; empty: none.</summary>
    public string Uplink { get; set; } = "";

    /// <summary>That VLAN; null: none.</summary>
    public int? VlanId { get; set; }

    /// <summary>The user's own names and values.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The subnets, read.</summary>
    [JsonIgnore]
    public IEnumerable<Subnet> Ranges => Subnets.Select(static text => new Subnet(IPNetwork.Parse(text)));

    /// <summary>The link that is the uplink's VLAN.</summary>
    [JsonIgnore]
    public string VlanLink => Bridge + "-vlan";
}
