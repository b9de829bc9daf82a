using Virt.Agent.Images.Oci;

namespace Virt.Agent.Containers.Archives;

/// <summary>A tree of files in a container's archive: a layer as OCI has it.</summary>
public sealed record ArchivedBlob
{
    /// <summary>The blob's digest.</summary>
    public required Digest Blob { get; init; }

    /// <summary>The digest of what it is before compression.</summary>
    public required Digest DiffId { get; init; }
}
