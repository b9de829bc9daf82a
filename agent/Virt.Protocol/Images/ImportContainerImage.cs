using MessagePack;

namespace Virt.Protocol;

/// <summary>Takes images in from an archive or a folder of the host.</summary>
[MessagePackObject]
public sealed partial record ImportContainerImage
{
    /// <summary>An OCI layout or a docker-archive: a tar archive, compressed by gzip or zstd or not, or a folder.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>What the image is to be called, where there is one; empty: as the archive says, else as the file is called.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The platform, as <c>linux/arm64</c>; empty: the host's.</summary>
    [Key(2)]
    public string Platform { get; set; } = "";
}
