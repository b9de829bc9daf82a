using System;
using MessagePack;

namespace Virt;

/// <summary>Something that has happened on a host.</summary>
[MessagePackObject]
public sealed partial record VirtEvent
{
    /// <summary>When the agent noticed it.</summary>
    [Key(0)]
    public DateTimeOffset Time { get; set; }

    /// <summary>What it is about.</summary>
    [Key(1)]
    public VirtEventKind Kind { get; set; }

    /// <summary>What has happened.</summary>
    [Key(2)]
    public VirtEventAction Action { get; set; }

    /// <summary>The name of what it happened to.</summary>
    [Key(3)]
    public string Name { get; set; } = "";

    /// <summary>Its id; all zeros for the host.</summary>
    [Key(4)]
    public Guid Id { get; set; }

    /// <summary>What else is to be said; may be empty.</summary>
    [Key(5)]
    public string Message { get; set; } = "";

    /// <summary>With which code a container's first process has ended, 128 + n where signal n ended it; null where there is none, or none is known.</summary>
    [Key(6)]
    public int? ExitCode { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>Such as <c>Container web Started</c>.</summary>
    public override string ToString() => $"{Kind} {Name} {Action}";
}
