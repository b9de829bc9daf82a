using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for volumes by name, id or pattern.</summary>
[MessagePackObject]
public sealed partial record GetVirtVolume
{
    /// <summary>Names or patterns; with no ids either: all.</summary>
    [Key(0)]
    public string[] Names { get; set; } = [];

    /// <summary>Ids.</summary>
    [Key(1)]
    public Guid[] Ids { get; set; } = [];

    /// <summary>Say how much each holds, which takes as long as looking at all of its files.</summary>
    [Key(2)]
    public bool IncludeSize { get; set; }
}
