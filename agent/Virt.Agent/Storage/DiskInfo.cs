using System.Collections.Generic;

namespace Virt.Agent.Storage;

/// <summary>What <c>qemu-img info</c> says of a disk image.</summary>
/// <param name="Format">Such as <c>qcow2</c> or <c>raw</c>.</param>
/// <param name="SizeBytes">The disk as a guest sees it.</param>
/// <param name="AllocatedBytes">What it takes on the host.</param>
/// <param name="BackingPath">The full path of the image it is a copy-on-write child of; null where it is none.</param>
/// <param name="IsMarkedCorrupt">True where QEMU found it damaged and marked it so: no QEMU opens it for writing any more.</param>
public sealed record DiskInfo(string Format, long SizeBytes, long AllocatedBytes, string? BackingPath, bool IsMarkedCorrupt)
{
    /// <summary>The format of the image it is a child of, as it has noted it; null: it has not, or is no child.</summary>
    public string? BackingFormat { get; init; }

    /// <summary>In which units it grows; 0: it does not say.</summary>
    public long BlockBytes { get; init; }

    /// <summary>The files that it names as its own parts; a vmdk image itself is among them.</summary>
    public IReadOnlyList<string> OtherFiles { get; init; } = [];

    /// <summary>It keeps former states of itself, which nothing but QEMU's own commands know.</summary>
    public bool HasSnapshots { get; init; }

    /// <summary>Nobody reads it without its key.</summary>
    public bool IsEncrypted { get; init; }
}
