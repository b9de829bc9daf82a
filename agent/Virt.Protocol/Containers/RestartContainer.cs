using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Ends a container's first process as StopContainer does, and starts it anew; starts one that does not run.</summary>
[MessagePackObject]
public sealed partial record RestartContainer
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

    /// <summary>How long it may take to end, then it is killed; null: the container's own time.</summary>
    [Key(3)]
    public TimeSpan? Timeout { get; set; }
}
