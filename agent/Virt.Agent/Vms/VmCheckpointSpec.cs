using System;
using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>What a checkpoint is, and what is half done to it; stored as JSON.</summary>
public sealed record VmCheckpointSpec
{
    /// <summary>The machine.</summary>
    public required Guid VMId { get; init; }

    /// <summary>Its name, unique among the machine's checkpoints.</summary>
    public required string Name { get; init; }

    /// <summary>The user's own words.</summary>
    public string Notes { get; set; } = "";

    /// <summary>The moment that it holds.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When it goes by itself; null: never.</summary>
    public DateTimeOffset? Expires { get; set; }

    /// <summary>The checkpoint, perhaps a hidden one, whose layer stands below its own; null: it is the lowest.</summary>
    public Guid? Parent { get; set; }

    /// <summary>The file that was the machine's disk until then; null where the machine has none.</summary>
    public VmDiskLayer? Layer { get; set; }

    /// <summary>Of the lowest: what its layer was a child of before there were checkpoints, the nearest first.</summary>
    public IReadOnlyList<VmDiskLayer> Below { get; set; } = [];

    /// <summary>The machine as it was.</summary>
    public required VmSpec Machine { get; init; }

    /// <summary>How it was made: Standard or Production.</summary>
    public VMCheckpointType Type { get; set; }

    /// <summary>Why it is not of the type that was wanted; null: it is.</summary>
    public string? Status { get; set; }

    /// <summary>It ran, and its memory was kept.</summary>
    public bool HasMemory { get; set; }

    /// <summary>How long the file of its memory is; 0: that was not written down.</summary>
    public long MemoryFileBytes { get; set; }

    /// <summary>The versioned type of the machine whose memory it is, such as <c>pc-q35-7.2</c>.</summary>
    public string MachineType { get; set; } = "";

    /// <summary>What ran the guest whose memory it is: another cannot go on with it.</summary>
    public string Accelerator { get; set; } = "";

    /// <summary>How long the guest stood still.</summary>
    public TimeSpan PauseDuration { get; set; }

    /// <summary>While it is made or restored: the file that becomes the machine's disk.</summary>
    public string? Overlay { get; set; }

    /// <summary>While it is restored: the file that was the machine's disk.</summary>
    public string? Replaced { get; set; }

    /// <summary>While the one layer that stands on a hidden one's is merged into it: that layer's file.</summary>
    public string? Merging { get; set; }
}
