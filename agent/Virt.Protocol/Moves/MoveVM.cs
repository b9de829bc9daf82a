using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Moves a virtual machine to another host.</summary>
[MessagePackObject]
public sealed partial record MoveVM
{
    /// <summary>Its id; all zeros: it is found by its name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The name of a peer of the machine's host; may be empty where there is a plan.</summary>
    [Key(2)]
    public string DestinationHost { get; set; } = "";

    /// <summary>A disk that the destination cannot reach is copied.</summary>
    [Key(3)]
    public bool IncludeStorage { get; set; }

    /// <summary>The folder there for copied disks; null: the agent's own.</summary>
    [Key(4)]
    public string? DestinationStoragePath { get; set; }

    /// <summary>A plan to carry out exactly; null: what the comparison gives now.</summary>
    [Key(5)]
    public VMMovePlan? Plan { get; set; }
}
