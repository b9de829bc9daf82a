using System.Collections.Generic;
using System.Linq;
using Virt.Linux.Files;

namespace Virt.Agent.Images.Tar;

/// <summary>One entry of an archive, with every byte as it stands there.</summary>
public sealed record TarEntry
{
    /// <summary>Its name, any bytes; for a folder often with a slash at the end.</summary>
    public required byte[] Name { get; init; }

    /// <summary>What it is.</summary>
    public required TarKind Kind { get; init; }

    /// <summary>What a link leads to: for a symbolic link a path, for a hard link the name of another entry.</summary>
    public byte[] Target { get; init; } = [];

    /// <summary>A file's length, with its holes.</summary>
    public long Size { get; init; }

    /// <summary>The parts of a sparse file that have data, in their order; null: all of it has.</summary>
    public IReadOnlyList<TarExtent>? Extents { get; init; }

    /// <summary>A device's major number.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>A device's minor number.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>Mode, owner, time and extended attributes.</summary>
    public required TreeAttributes Attributes { get; init; }

    /// <summary>How many bytes of content the archive has for it.</summary>
    public long DataBytes => Extents is null ? Size : Extents.Sum(static extent => extent.Length);

    /// <summary>The name for people.</summary>
    public string Path => System.Text.Encoding.UTF8.GetString(Name);
}
