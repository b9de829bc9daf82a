using System.Collections.Generic;
using MessagePack;

namespace Virt;

/// <summary>An image that containers are made from.</summary>
[MessagePackObject]
public sealed partial record ContainerImage
{
    /// <summary>Its name, as <c>-Image</c> takes it.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>What it holds.</summary>
    [Key(1)]
    public string Description { get; set; } = "";

    /// <summary><c>x64</c> or <c>arm64</c>.</summary>
    [Key(2)]
    public string Architecture { get; set; } = "";

    /// <summary>Bytes on disk.</summary>
    [Key(3)]
    public long SizeBytes { get; set; }

    /// <summary>What a container runs when it is not told otherwise.</summary>
    [Key(4)]
    public string[] Command { get; set; } = [];

    /// <summary>Variables that every container of it gets.</summary>
    [Key(5)]
    public Dictionary<string, string> Environment { get; set; } = [];

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The image's name.</summary>
    public override string ToString() => Name;
}
