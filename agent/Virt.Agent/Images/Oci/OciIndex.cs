using System.Collections.Generic;

namespace Virt.Agent.Images.Oci;

/// <summary>One image for several platforms: OCI image specification, image-index.md; Docker's manifest list has the same form.</summary>
public sealed record OciIndex
{
    /// <summary>Always 2.</summary>
    public int SchemaVersion { get; set; }

    /// <summary><see cref="MediaTypes.Index"/> or <see cref="MediaTypes.DockerIndex"/>; null where its maker left it out.</summary>
    public string? MediaType { get; set; }

    /// <summary>The manifests.</summary>
    public IReadOnlyList<OciDescriptor> Manifests { get; set; } = [];

    /// <summary>What its maker says of it.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
}
