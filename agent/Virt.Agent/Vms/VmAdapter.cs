using System;
using Virt.Agent.Networks;

namespace Virt.Agent.Vms;

/// <summary>A network adapter that a machine has beside its first; stored as JSON.</summary>
public sealed record VmAdapter
{
    /// <summary>Its id, for life, and what its network knows it by.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its name in the machine, and QEMU's for it: <c>nic1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What the guest sees it as.</summary>
    public required VMNetworkAdapterModel Model { get; init; }

    /// <summary>The network that it is in.</summary>
    public required string Network { get; init; }

    /// <summary>Its hardware address.</summary>
    public required string MacAddress { get; init; }

    /// <summary>Its place in a network of the host; null where QEMU's own is its network.</summary>
    public NetworkAttachment? Attachment { get; init; }

    /// <summary>The hot-plug port (from 1) that it came into while the machine ran; null: a place that nobody need know.</summary>
    public int? Place { get; init; }

    /// <summary>What is half done to it.</summary>
    public VmPartStep Step { get; init; }
}
