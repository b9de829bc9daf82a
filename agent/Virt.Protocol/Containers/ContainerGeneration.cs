using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt;

/// <summary>What a container was before it was replaced, with all that it had written: what can be gone back to.</summary>
[MessagePackObject]
public sealed partial record ContainerGeneration
{
    /// <summary>Its number; 0 as the container was made.</summary>
    [Key(0)]
    public int Number { get; set; }

    /// <summary>The digests of its layers over the image, the uppermost first.</summary>
    [Key(1)]
    public string[] Layers { get; set; } = [];

    /// <summary>The labels that it had.</summary>
    [Key(2)]
    public Dictionary<string, string> Labels { get; set; } = [];

    /// <summary>When it was replaced.</summary>
    [Key(3)]
    public DateTimeOffset ReplacedTime { get; set; }

    /// <summary>Its number.</summary>
    public override string ToString() => $"{Number}";
}
