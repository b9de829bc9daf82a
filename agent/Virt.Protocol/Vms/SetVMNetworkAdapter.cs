using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Changes a network adapter: its network also while the machine runs, the rest of one that is off. What is null stays as it is.</summary>
[MessagePackObject]
public sealed partial record SetVMNetworkAdapter
{
    /// <summary>The adapter's id; all zeros: by the machine and the name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(2)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(3)]
    public string VMName { get; set; } = "";

    /// <summary>What the guest sees it as.</summary>
    [Key(4)]
    public VMNetworkAdapterModel? Model { get; set; }

    /// <summary>Its hardware address.</summary>
    [Key(5)]
    public string? MacAddress { get; set; }

    /// <summary>The network that it goes into, as for NewVM.</summary>
    [Key(6)]
    public string? SwitchName { get; set; }

    /// <summary>Its address there; empty: a free one.</summary>
    [Key(7)]
    public string[] IPAddresses { get; set; } = [];
}
