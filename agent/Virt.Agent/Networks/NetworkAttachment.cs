using System;
using System.Collections.Generic;

namespace Virt.Agent.Networks;

/// <summary>A workload's place in a network. Stored as a part of its spec: it is kept for the workload's life.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record NetworkAttachment
{
    /// <summary>The network.</summary>
    public Guid NetworkId { get; set; }

    /// <summary>Its addresses, one of each of the network's subnets.</summary>
    public IReadOnlyList<string> Addresses { get; set; } = [];

    /// <summary>Its hardware address.</summary>
    public string MacAddress { get; set; } = "";

    /// <summary>The host's ports that lead to it.</summary>
    public IReadOnlyList<PublishedPort> Ports { get; set; } = [];

    /// <summary>Who may come to them, as subnets; empty: anybody.</summary>
    public IReadOnlyList<string> AllowFrom { get; set; } = [];
}
