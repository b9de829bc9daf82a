using MessagePack;

namespace Virt;

/// <summary>What a clean-up of images has removed, or would.</summary>
[MessagePackObject]
public sealed partial record ContainerImageCleanup
{
    /// <summary>The images.</summary>
    [Key(0)]
    public string[] Images { get; set; } = [];

    /// <summary>How many bytes that frees: blobs and layers that nothing else needs.</summary>
    [Key(1)]
    public long FreedBytes { get; set; }

    /// <summary>How many images stay.</summary>
    [Key(2)]
    public int KeptCount { get; set; }

    /// <summary>The host it was done on, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";
}
