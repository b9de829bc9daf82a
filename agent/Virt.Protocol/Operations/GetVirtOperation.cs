using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for operations.</summary>
[MessagePackObject]
public sealed partial record GetVirtOperation
{
    /// <summary>Only these; all where empty.</summary>
    [Key(0)]
    public Guid[] Ids { get; set; } = [];

    /// <summary>Only those that have not ended.</summary>
    [Key(1)]
    public bool RunningOnly { get; set; }
}
