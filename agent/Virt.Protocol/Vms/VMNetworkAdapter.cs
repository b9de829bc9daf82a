using System;
using MessagePack;

namespace Virt;

/// <summary>A network adapter of a virtual machine at one moment.</summary>
[MessagePackObject]
public sealed partial record VMNetworkAdapter
{
    /// <summary>Its id, for life; of the first adapter, the machine's.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>The machine's id.</summary>
    [Key(1)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(2)]
    public string VMName { get; set; } = "";

    /// <summary>Its name in the machine, such as <c>nic1</c>; <c>nic0</c> is the one that the machine was made with.</summary>
    [Key(3)]
    public string Name { get; set; } = "";

    /// <summary>What the guest sees it as.</summary>
    [Key(4)]
    public VMNetworkAdapterModel Model { get; set; }

    /// <summary>The network that it is in.</summary>
    [Key(5)]
    public string Network { get; set; } = "";

    /// <summary>Its hardware address.</summary>
    [Key(6)]
    public string MacAddress { get; set; } = "";

    /// <summary>The addresses that its network keeps for it; empty in QEMU's own networks.</summary>
    [Key(7)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The adapter's name.</summary>
    public override string ToString() => Name;
}
