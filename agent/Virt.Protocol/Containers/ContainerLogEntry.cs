using System;
using MessagePack;

namespace Virt;

/// <summary>A line that a container has written.</summary>
[MessagePackObject]
public sealed partial record ContainerLogEntry
{
    /// <summary>The container.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>When it was written.</summary>
    [Key(1)]
    public DateTimeOffset Time { get; set; }

    /// <summary>Where to.</summary>
    [Key(2)]
    public LogStream Stream { get; set; }

    /// <summary>The line as UTF-8 text, without its end.</summary>
    [Key(3)]
    public string Line { get; set; } = "";

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The line.</summary>
    public override string ToString() => Line;
}
