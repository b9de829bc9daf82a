using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for images by name or pattern.</summary>
[MessagePackObject]
public sealed partial record GetContainerImage
{
    /// <summary>Names or patterns; all where empty.</summary>
    [Key(0)]
    public string[] Names { get; set; } = [];

    /// <summary>Ids; none where names are asked for.</summary>
    [Key(1)]
    public Guid[] Ids { get; set; } = [];
}
