using MessagePack;

namespace Virt.Protocol;

/// <summary>Gives back the blocks of a disk image that hold nothing.</summary>
[MessagePackObject]
public sealed partial record OptimizeVHD
{
    /// <summary>The disk image: a full path on the host.</summary>
    [Key(0)]
    public string Path { get; set; } = "";
}
