using MessagePack;

namespace Virt.Protocol;

/// <summary>Volumes.</summary>
[MessagePackObject]
public sealed partial record VirtVolumeList
{
    /// <summary>By name.</summary>
    [Key(0)]
    public VirtVolume[] Items { get; set; } = [];

    /// <summary>One for each literal name or id that does not exist.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
