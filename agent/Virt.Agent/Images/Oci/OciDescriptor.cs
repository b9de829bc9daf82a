using System.Collections.Generic;

namespace Virt.Agent.Images.Oci;

/// <summary>Points at content by its digest: OCI image specification, descriptor.md.</summary>
/// <remarks>What has a default is set and not init: the generated JSON reader gives null, not the default, for an init property that is missing.</remarks>
public sealed record OciDescriptor
{
    /// <summary>What it is: <see cref="MediaTypes"/>.</summary>
    public string MediaType { get; set; } = "";

    /// <summary>Its name, which is what it must hash to.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Where else it may be had; null: only where the image is.</summary>
    public IReadOnlyList<string>? Urls { get; set; }

    /// <summary>What its maker says of it.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }

    /// <summary>In an index: what machine the manifest is for.</summary>
    public OciPlatform? Platform { get; set; }

    /// <summary>What an artifact is, where it is no image.</summary>
    public string? ArtifactType { get; set; }
}
