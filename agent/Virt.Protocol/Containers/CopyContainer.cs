using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a container of what another one is and has written.</summary>
[MessagePackObject]
public sealed partial record CopyContainer
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The new container's name, and its host name. 1 to 64 characters: letters, digits, dot, dash, underscore; unique.</summary>
    [Key(2)]
    public string NewName { get; set; } = "";

    /// <summary>Ports of the host that lead to the new one, as for <see cref="NewContainer.Publish"/>; empty: none, whatever the other one has.</summary>
    [Key(3)]
    public string[] Publish { get; set; } = [];

    /// <summary>The new one's addresses in its network, as for <see cref="NewContainer.IPAddresses"/>.</summary>
    [Key(4)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>Start the new one.</summary>
    [Key(5)]
    public bool Start { get; set; }
}
