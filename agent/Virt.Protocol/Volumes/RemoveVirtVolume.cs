using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Removes a volume that nothing has, or one of its checkpoints.</summary>
[MessagePackObject]
public sealed partial record RemoveVirtVolume
{
    /// <summary>The volume's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Only this checkpoint; empty: the volume with all that it holds.</summary>
    [Key(2)]
    public string CheckpointName { get; set; } = "";
}
