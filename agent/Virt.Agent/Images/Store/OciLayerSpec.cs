using Virt.Agent.Images.Oci;

namespace Virt.Agent.Images.Store;

/// <summary>A layer of a stored image. Stored as JSON.</summary>
public sealed record OciLayerSpec
{
    /// <summary>Its blob, as it came.</summary>
    public required Digest Blob { get; init; }

    /// <summary>The blob's kind: <see cref="MediaTypes"/>.</summary>
    public required string MediaType { get; init; }

    /// <summary>The blob's length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The digest of its archive before compression.</summary>
    public required Digest DiffId { get; init; }

    /// <summary>Under which name it is unpacked; null: it is not.</summary>
    public Digest? Unpacked { get; set; }
}
