using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a volume of what another one holds.</summary>
[MessagePackObject]
public sealed partial record CopyVirtVolume
{
    /// <summary>The volume's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The new one's name.</summary>
    [Key(2)]
    public string NewName { get; set; } = "";

    /// <summary>What it held then; empty: what it holds now.</summary>
    [Key(3)]
    public string CheckpointName { get; set; } = "";
}
