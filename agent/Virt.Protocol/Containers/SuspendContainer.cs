using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Lets a running container stand still with all that it has in memory.</summary>
[MessagePackObject]
public sealed partial record SuspendContainer
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";
}
