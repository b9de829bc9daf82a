using System;
using MessagePack;

namespace Virt;

/// <summary>What a move of a virtual machine will do, and what stands in its way: to be looked at, kept as JSON, and applied exactly.</summary>
[MessagePackObject]
public sealed partial record VMMovePlan
{
    /// <summary>The machine's id.</summary>
    [Key(0)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(1)]
    public string VMName { get; set; } = "";

    /// <summary>The host where it is.</summary>
    [Key(2)]
    public string SourceHost { get; set; } = "";

    /// <summary>The host where it goes: the name of a peer.</summary>
    [Key(3)]
    public string DestinationHost { get; set; } = "";

    /// <summary>How.</summary>
    [Key(4)]
    public VMMoveMode Mode { get; set; }

    /// <summary>Its memory.</summary>
    [Key(5)]
    public long MemoryBytes { get; set; }

    /// <summary>The machine type that its QEMU has, such as <c>pc-q35-7.2</c>; empty where it does not run.</summary>
    [Key(6)]
    public string MachineType { get; set; } = "";

    /// <summary>Its disks.</summary>
    [Key(7)]
    public VMMoveDisk[] Disks { get; set; } = [];

    /// <summary>What stands in the way; empty where nothing does.</summary>
    [Key(8)]
    public PlanProblem[] Problems { get; set; } = [];

    /// <summary>Copy disks that the destination cannot reach.</summary>
    [Key(9)]
    public bool IncludeStorage { get; set; }

    /// <summary>The folder there for copied disks; empty: the agent's own.</summary>
    [Key(10)]
    public string DestinationStoragePath { get; set; } = "";

    /// <summary>When the plan was made.</summary>
    [Key(11)]
    public DateTimeOffset CreationTime { get; set; }

    /// <summary><c>sha256:…</c> over everything that the move depends on: a plan that was altered is refused.</summary>
    [Key(12)]
    public string Hash { get; set; } = "";

    /// <summary>The names of its checkpoints, all of which go along.</summary>
    [Key(13)]
    public string[] Checkpoints { get; set; } = [];

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>What it does, in one line.</summary>
    public override string ToString() => $"{VMName}: {SourceHost} -> {DestinationHost}";
}
