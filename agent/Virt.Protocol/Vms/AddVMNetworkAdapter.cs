using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Gives a machine one more network adapter, also while it runs.</summary>
[MessagePackObject]
public sealed partial record AddVMNetworkAdapter
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid VMId { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string VMName { get; set; } = "";

    /// <summary>The network, as for NewVM; null: <c>isolated</c>.</summary>
    [Key(2)]
    public string? SwitchName { get; set; }

    /// <summary>What the guest sees it as.</summary>
    [Key(3)]
    public VMNetworkAdapterModel Model { get; set; }

    /// <summary>Its hardware address, such as <c>52:54:00:01:02:03</c>; null: one is chosen.</summary>
    [Key(4)]
    public string? MacAddress { get; set; }

    /// <summary>Its address in the network; empty: a free one.</summary>
    [Key(5)]
    public string[] IPAddresses { get; set; } = [];
}
