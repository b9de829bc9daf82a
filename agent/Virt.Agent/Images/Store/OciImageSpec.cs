using System;
using System.Collections.Generic;
using Virt.Agent.Images.Oci;

namespace Virt.Agent.Images.Store;

/// <summary>What a stored image consists of. Stored as JSON.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record OciImageSpec
{
    /// <summary>The manifest's kind.</summary>
    public required string MediaType { get; init; }

    /// <summary>The manifest's length in bytes.</summary>
    public required long ManifestSize { get; init; }

    /// <summary>The config's blob.</summary>
    public required OciDescriptor Config { get; init; }

    /// <summary>The layers, the lowest first.</summary>
    public required IReadOnlyList<OciLayerSpec> Layers { get; init; }

    /// <summary>What machine it is for.</summary>
    public required OciPlatform Platform { get; init; }

    /// <summary>When it was made; null where its maker does not say.</summary>
    public DateTimeOffset? Created { get; set; }
}
