using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes an empty volume.</summary>
[MessagePackObject]
public sealed partial record NewVirtVolume
{
    /// <summary>1 to 64 characters: letters, digits, dot, dash, underscore; unique.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The user's own names and values.</summary>
    [Key(1)]
    public Dictionary<string, string> Labels { get; set; } = [];
}
