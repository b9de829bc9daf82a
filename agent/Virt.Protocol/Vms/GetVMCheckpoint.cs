using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for checkpoints; for all where it names neither machines nor checkpoints.</summary>
[MessagePackObject]
public sealed partial record GetVMCheckpoint
{
    /// <summary>Names or patterns of machines with * ? [a-z].</summary>
    [Key(0)]
    public string[] VMNames { get; set; } = [];

    /// <summary>Ids of machines.</summary>
    [Key(1)]
    public Guid[] VMIds { get; set; } = [];

    /// <summary>Names or patterns of checkpoints, of the machines that are named, or of all.</summary>
    [Key(2)]
    public string[] Names { get; set; } = [];

    /// <summary>Ids of checkpoints.</summary>
    [Key(3)]
    public Guid[] Ids { get; set; } = [];
}
