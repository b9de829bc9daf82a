using System;
using MessagePack;

namespace Virt;

/// <summary>What a volume held at one moment.</summary>
[MessagePackObject]
public sealed partial record VirtVolumeCheckpoint
{
    /// <summary>Unique within the volume.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>When it was made.</summary>
    [Key(1)]
    public DateTimeOffset CreationTime { get; set; }

    /// <summary>How its data is kept.</summary>
    [Key(2)]
    public VirtVolumeCheckpointMethod Method { get; set; }

    /// <summary>The checkpoint's name.</summary>
    public override string ToString() => Name;
}
