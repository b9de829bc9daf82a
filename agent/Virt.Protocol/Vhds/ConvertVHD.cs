using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a disk image of another one, in another format or type.</summary>
[MessagePackObject]
public sealed partial record ConvertVHD
{
    /// <summary>The disk image: a full path on the host.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>The full path of the new one, where nothing is yet.</summary>
    [Key(1)]
    public string DestinationPath { get; set; } = "";

    /// <summary>Its format; Unknown: what its name ends in.</summary>
    [Key(2)]
    public VHDFormat Format { get; set; }

    /// <summary>Dynamic or Fixed; Unknown: as the source, and Dynamic where that is a differencing one.</summary>
    [Key(3)]
    public VHDType Type { get; set; }

    /// <summary>Delete the source once the new one is whole.</summary>
    [Key(4)]
    public bool DeleteSource { get; set; }
}
