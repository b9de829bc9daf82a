using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for what happens on the host from now on, and, where it says so, for what has happened. It ends with its client.</summary>
[MessagePackObject]
public sealed partial record WatchVirtEvent
{
    /// <summary>Only events of what has one of these names; wildcards are allowed. Empty: all.</summary>
    [Key(0)]
    public string[] Names { get; set; } = [];

    /// <summary>Only events of these kinds. Empty: all.</summary>
    [Key(1)]
    public VirtEventKind[] Kinds { get; set; } = [];

    /// <summary>Only these actions. Empty: all.</summary>
    [Key(2)]
    public VirtEventAction[] Actions { get; set; } = [];

    /// <summary>Also what has happened since then, as far as the agent remembers; null: only what happens from now on.</summary>
    [Key(3)]
    public DateTimeOffset? Since { get; set; }
}
