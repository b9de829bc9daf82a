using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Removes a container.</summary>
[MessagePackObject]
public sealed partial record RemoveContainer
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Kill it first where it runs.</summary>
    [Key(2)]
    public bool Force { get; set; }
}
