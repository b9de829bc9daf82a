using System.Collections.Generic;

namespace Virt.Agent.Images.Oci;

/// <summary>What an image for one platform consists of: OCI image specification, manifest.md; Docker's schema 2 has the same form.</summary>
public sealed record OciManifest
{
    /// <summary>Always 2.</summary>
    public int SchemaVersion { get; set; }

    /// <summary><see cref="MediaTypes.Manifest"/> or <see cref="MediaTypes.DockerManifest"/>; null where its maker left it out.</summary>
    public string? MediaType { get; set; }

    /// <summary>What an artifact is, where it is no image.</summary>
    public string? ArtifactType { get; set; }

    /// <summary>The config.</summary>
    public required OciDescriptor Config { get; init; }

    /// <summary>The layers, the lowest first.</summary>
    public IReadOnlyList<OciDescriptor> Layers { get; set; } = [];

    /// <summary>What its maker says of it.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
}
