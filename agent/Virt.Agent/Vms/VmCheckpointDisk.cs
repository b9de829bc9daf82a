using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Serialization;

namespace Virt.Agent.Vms;

/// <summary>What a checkpoint keeps of one disk, and what is half done to that; stored as JSON.</summary>
public sealed record VmCheckpointDisk
{
    /// <summary>The drive whose image it is; empty: the machine's first disk.</summary>
    public Guid Drive { get; init; }

    /// <summary>The file that was the machine's disk until then.</summary>
    public required VmDiskLayer Layer { get; init; }

    /// <summary>Of the lowest: what its layer was a child of before there were checkpoints, the nearest first.</summary>
    public IReadOnlyList<VmDiskLayer> Below { get; set; } = [];

    /// <summary>While the checkpoint is made or restored: the file that becomes the machine's disk.</summary>
    public string? Overlay { get; init; }

    /// <summary>While it is restored: the file that was the machine's disk.</summary>
    public string? Replaced { get; init; }

    /// <summary>While the one layer that stands on a hidden one's is merged into it: that layer's file.</summary>
    public string? Merging { get; init; }

    /// <summary>Every file that is named here and is the machine's own.</summary>
    [JsonIgnore]
    public IEnumerable<string> Files => new[] { Layer.Path, Overlay, Replaced, Merging }.OfType<string>();
}
