using System;
using System.Collections.Generic;

namespace Virt.Agent.Containers;

/// <summary>A read-only layer over an image, shared by any number of containers. Stored as JSON beside it.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record ContainerLayer
{
    /// <summary><c>sha256:…</c> over what it stands on and every path, mode, owner and byte in it.</summary>
    public required string Digest { get; init; }

    /// <summary>The image's name.</summary>
    public required string Image { get; init; }

    /// <summary>What it stands on: <see cref="ContainerService.ImageDigestOf"/> of the container that it was built for.</summary>
    public required string Parent { get; init; }

    /// <summary>What its maker says of it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How many files it has, changes and deletions.</summary>
    public int FileCount { get; set; }

    /// <summary>The size of its files.</summary>
    public long SizeBytes { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreationTime { get; set; }
}
