using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Stops a running container: asks its first process to end, or kills it.</summary>
[MessagePackObject]
public sealed partial record StopContainer
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Kill it at once.</summary>
    [Key(2)]
    public bool TurnOff { get; set; }

    /// <summary>How long it may take, then it is killed unless it must not be; null: the container's own time.</summary>
    [Key(3)]
    public TimeSpan? Timeout { get; set; }

    /// <summary>After the time-out, answer Timeout and let it run.</summary>
    [Key(4)]
    public bool NoKill { get; set; }

    /// <summary>Send this signal, by name or number, and do nothing else: what it does is the container's affair. Null: stop it.</summary>
    [Key(5)]
    public string? Signal { get; set; }

    /// <summary>The host goes down: what a restart policy says holds when it has started.</summary>
    [Key(6)]
    public bool HostStops { get; set; }
}
