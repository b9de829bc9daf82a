using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a volume of what a tar archive on the host holds.</summary>
[MessagePackObject]
public sealed partial record ImportVirtVolume
{
    /// <summary>1 to 64 characters: letters, digits, dot, dash, underscore; unique.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The file.</summary>
    [Key(1)]
    public string Path { get; set; } = "";

    /// <summary>The user's own names and values.</summary>
    [Key(2)]
    public Dictionary<string, string> Labels { get; set; } = [];
}
