using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Writes an image into an archive or a folder of the host.</summary>
[MessagePackObject]
public sealed partial record ExportContainerImage
{
    /// <summary>The image's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>What is not there yet: a file whose name ends in .tar, .tar.gz, .tgz, .tar.zst or .tzst, or else a folder.</summary>
    [Key(2)]
    public string Path { get; set; } = "";

    /// <summary>In which form.</summary>
    [Key(3)]
    public ContainerImageFormat Format { get; set; }

    /// <summary>How its layers are compressed; in Docker's form they are not.</summary>
    [Key(4)]
    public ContainerImageCompression Compression { get; set; }
}
