using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for network adapters; for all where it names neither machines nor adapters.</summary>
[MessagePackObject]
public sealed partial record GetVMNetworkAdapter
{
    /// <summary>Names or patterns of machines with * ? [a-z].</summary>
    [Key(0)]
    public string[] VMNames { get; set; } = [];

    /// <summary>Ids of machines.</summary>
    [Key(1)]
    public Guid[] VMIds { get; set; } = [];

    /// <summary>Names or patterns of adapters, of the machines that are named, or of all.</summary>
    [Key(2)]
    public string[] Names { get; set; } = [];

    /// <summary>Ids of adapters.</summary>
    [Key(3)]
    public Guid[] Ids { get; set; } = [];
}
