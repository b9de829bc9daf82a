using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>What was typed at a terminal of EnterContainer, and how large its window is now.</summary>
[MessagePackObject]
public sealed partial record TypeContainer
{
    /// <summary>The terminal.</summary>
    [Key(0)]
    public Guid Terminal { get; set; }

    /// <summary>What was typed.</summary>
    [Key(1)]
    public byte[] Bytes { get; set; } = [];

    /// <summary>The window's new width; 0: as it was.</summary>
    [Key(2)]
    public int Columns { get; set; }

    /// <summary>The window's new height; 0: as it was.</summary>
    [Key(3)]
    public int Rows { get; set; }
}
