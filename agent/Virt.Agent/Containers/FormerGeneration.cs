using System;
using System.Collections.Generic;

namespace Virt.Agent.Containers;

/// <summary>A generation that was replaced and is kept: what differed from the present one. Stored as a part of the spec.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record FormerGeneration
{
    /// <summary>Its number, and with it its folder.</summary>
    public int Number { get; set; }

    /// <summary>Its layers over the image, the uppermost first.</summary>
    public IReadOnlyList<string> Layers { get; set; } = [];

    /// <summary>The labels that it had.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>When it was replaced.</summary>
    public DateTimeOffset ReplacedTime { get; set; }
}
