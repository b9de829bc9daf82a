using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Between agents: a checkpoint of a machine that is offered.</summary>
[MessagePackObject]
public sealed partial record MoveCheckpoint
{
    /// <summary>Its id, which it keeps.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>It was removed, and its layers are stood on.</summary>
    [Key(1)]
    public bool IsHidden { get; set; }

    /// <summary>What it is, as its service's JSON, with the source's paths.</summary>
    [Key(2)]
    public string Spec { get; set; } = "";
}
