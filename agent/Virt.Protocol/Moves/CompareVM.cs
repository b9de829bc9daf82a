using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks what a move of a virtual machine to another host would do, and what stands in its way.</summary>
[MessagePackObject]
public sealed partial record CompareVM
{
    /// <summary>Its id; all zeros: it is found by its name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The name of a peer of the machine's host.</summary>
    [Key(2)]
    public string DestinationHost { get; set; } = "";

    /// <summary>A disk that the destination cannot reach is copied.</summary>
    [Key(3)]
    public bool IncludeStorage { get; set; }

    /// <summary>The folder there for copied disks; null: the agent's own.</summary>
    [Key(4)]
    public string? DestinationStoragePath { get; set; }
}
