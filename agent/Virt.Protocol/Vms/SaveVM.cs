using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Writes a running machine's memory to the disk and ends it; its next start goes on from there.</summary>
[MessagePackObject]
public sealed partial record SaveVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>As of StopVM.</summary>
    [Key(2)]
    public bool HostStops { get; set; }
}
