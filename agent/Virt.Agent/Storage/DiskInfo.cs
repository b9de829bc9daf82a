namespace Virt.Agent.Storage;

/// <summary>What <c>qemu-img info</c> says of a disk image.</summary>
/// <param name="Format">Such as <c>qcow2</c> or <c>raw</c>.</param>
/// <param name="SizeBytes">The disk as a guest sees it.</param>
/// <param name="AllocatedBytes">What it takes on the host.</param>
/// <param name="BackingPath">The full path of the image it is a copy-on-write child of; null where it is none.</param>
/// <param name="IsMarkedCorrupt">True where QEMU found it damaged and marked it so: no QEMU opens it for writing any more.</param>
public sealed record DiskInfo(string Format, long SizeBytes, long AllocatedBytes, string? BackingPath, bool IsMarkedCorrupt);
