using System;
using System.Collections.Generic;

namespace Virt.Agent.Storage.Volumes;

/// <summary>What is stored of a volume, as JSON.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record VolumeSpec
{
    /// <summary>The user's own names and values.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Nothing has used it yet: the first that does puts into it what its image has at its place.</summary>
    public bool IsNew { get; set; }

    /// <summary>Its checkpoints, the oldest first.</summary>
    public IReadOnlyList<VolumeCheckpoint> Checkpoints { get; set; } = [];
}
