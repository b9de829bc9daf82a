using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a disk image.</summary>
[MessagePackObject]
public sealed partial record NewVHD
{
    /// <summary>Its full path on the host, where nothing is yet. Its format is what its name ends in: .qcow2, .raw, .img, .vhdx, .vmdk, .vhd.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>The disk as a guest sees it; 0, of a differencing one: as large as its parent.</summary>
    [Key(1)]
    public long SizeBytes { get; set; }

    /// <summary>Whether it grows, has all its blocks at once, or keeps only what differs from another.</summary>
    [Key(2)]
    public VHDType Type { get; set; }

    /// <summary>Of a differencing one: the image that it differs from, which must not change from then on; empty for the others.</summary>
    [Key(3)]
    public string ParentPath { get; set; } = "";
}
