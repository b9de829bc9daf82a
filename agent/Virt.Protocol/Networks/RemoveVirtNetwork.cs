using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Removes a network that nothing belongs to.</summary>
[MessagePackObject]
public sealed partial record RemoveVirtNetwork
{
    /// <summary>The network's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";
}
