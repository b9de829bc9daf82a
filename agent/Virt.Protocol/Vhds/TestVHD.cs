using MessagePack;

namespace Virt.Protocol;

/// <summary>Looks whether a disk image is sound and everything below it is there.</summary>
[MessagePackObject]
public sealed partial record TestVHD
{
    /// <summary>The disk image: a full path on the host.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>Mend what can be mended.</summary>
    [Key(1)]
    public bool Repair { get; set; }
}
