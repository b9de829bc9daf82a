using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>What was typed at a seat of ConnectVMConsole, or that its owner leaves it.</summary>
[MessagePackObject]
public sealed partial record TypeVMConsole
{
    /// <summary>The seat.</summary>
    [Key(0)]
    public Guid Terminal { get; set; }

    /// <summary>What was typed.</summary>
    [Key(1)]
    public byte[] Bytes { get; set; } = [];

    /// <summary>The seat is left: its ConnectVMConsole ends.</summary>
    [Key(2)]
    public bool IsLeaving { get; set; }
}
