using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Removes images that no container was made from, and what half-finished work has left.</summary>
[MessagePackObject]
public sealed partial record OptimizeContainerImage
{
    /// <summary>Only those that were last used so long ago; zero: whenever.</summary>
    [Key(0)]
    public TimeSpan OlderThan { get; set; }

    /// <summary>Stops, the longest unused first, once so many bytes are freed; 0: does not stop.</summary>
    [Key(1)]
    public long FreeBytes { get; set; }

    /// <summary>Only those that have no name any more.</summary>
    [Key(2)]
    public bool KeepNamed { get; set; }
}
