using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for networks by name, id or pattern.</summary>
[MessagePackObject]
public sealed partial record GetVirtNetwork
{
    /// <summary>Names or patterns; with no ids either: all.</summary>
    [Key(0)]
    public string[] Names { get; set; } = [];

    /// <summary>Ids.</summary>
    [Key(1)]
    public Guid[] Ids { get; set; } = [];
}
