using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Takes a volume back to a checkpoint.</summary>
[MessagePackObject]
public sealed partial record RestoreVirtVolume
{
    /// <summary>The volume's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Which.</summary>
    [Key(2)]
    public string CheckpointName { get; set; } = "";
}
