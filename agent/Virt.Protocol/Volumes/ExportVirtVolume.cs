using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Writes what a volume holds into a tar archive on the host.</summary>
[MessagePackObject]
public sealed partial record ExportVirtVolume
{
    /// <summary>The volume's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>A file of the host that is not there yet; compressed as its name says (.tar, .tar.gz, .tar.zst).</summary>
    [Key(2)]
    public string Path { get; set; } = "";
}
