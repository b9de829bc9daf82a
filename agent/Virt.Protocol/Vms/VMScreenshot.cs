using System;
using MessagePack;

namespace Virt;

/// <summary>A picture of a machine's screen.</summary>
[MessagePackObject]
public sealed partial record VMScreenshot
{
    /// <summary>The machine.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>When it was taken.</summary>
    [Key(1)]
    public DateTimeOffset Time { get; set; }

    /// <summary>The picture, as PNG.</summary>
    [Key(2)]
    public byte[] Bytes { get; set; } = [];

    /// <summary>Pixels from left to right.</summary>
    [Key(3)]
    public int Width { get; set; }

    /// <summary>Pixels from top to bottom.</summary>
    [Key(4)]
    public int Height { get; set; }

    /// <summary>The file that it was written to; empty where to none. Set by the client.</summary>
    [IgnoreMember]
    public string Path { get; set; } = "";

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The machine's name.</summary>
    public override string ToString() => Name;
}
