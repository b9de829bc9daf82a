using System;
using MessagePack;

namespace Virt;

/// <summary>One step of an image's making.</summary>
[MessagePackObject]
public sealed partial record ContainerImageStep
{
    /// <summary>When it was done; null where its maker does not say.</summary>
    [Key(0)]
    public DateTimeOffset? CreationTime { get; set; }

    /// <summary>The command.</summary>
    [Key(1)]
    public string Command { get; set; } = "";

    /// <summary>What is said of it.</summary>
    [Key(2)]
    public string Comment { get; set; } = "";

    /// <summary>It changed files, so a layer belongs to it.</summary>
    [Key(3)]
    public bool HasLayer { get; set; }

    /// <summary>The size of that layer as it came.</summary>
    [Key(4)]
    public long SizeBytes { get; set; }
}
