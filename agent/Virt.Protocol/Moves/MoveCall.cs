using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Between agents: names a move.</summary>
[MessagePackObject]
public sealed partial record MoveCall
{
    /// <summary>The move's id.</summary>
    [Key(0)]
    public Guid MoveId { get; set; }

    /// <summary>The machine's id.</summary>
    [Key(1)]
    public Guid VMId { get; set; }
}
