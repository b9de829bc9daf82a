using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for what a container has written.</summary>
[MessagePackObject]
public sealed partial record GetContainerLog
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Only the last so many lines; null: all.</summary>
    [Key(2)]
    public int? Tail { get; set; }

    /// <summary>Only what was written at or after this.</summary>
    [Key(3)]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Go on with what is written until the container ends.</summary>
    [Key(4)]
    public bool Follow { get; set; }
}
