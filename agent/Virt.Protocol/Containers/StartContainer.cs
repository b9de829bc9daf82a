using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Starts a container.</summary>
[MessagePackObject]
public sealed partial record StartContainer
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Make this container first, and start it; Id and Name are then not looked at.</summary>
    [Key(2)]
    public NewContainer? Create { get; set; }
}
