using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Keeps what a volume holds now.</summary>
[MessagePackObject]
public sealed partial record CheckpointVirtVolume
{
    /// <summary>The volume's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Unique within the volume; empty: made up.</summary>
    [Key(2)]
    public string CheckpointName { get; set; } = "";
}
