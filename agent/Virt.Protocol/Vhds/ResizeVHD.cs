using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a disk larger, or smaller.</summary>
[MessagePackObject]
public sealed partial record ResizeVHD
{
    /// <summary>The disk image: a full path on the host.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>The disk as a guest shall see it.</summary>
    [Key(1)]
    public long SizeBytes { get; set; }

    /// <summary>It may become smaller: whatever is beyond the new end is lost.</summary>
    [Key(2)]
    public bool AllowShrink { get; set; }
}
