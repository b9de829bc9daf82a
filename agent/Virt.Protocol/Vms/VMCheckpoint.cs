using System;
using MessagePack;

namespace Virt;

/// <summary>A checkpoint of a virtual machine: its disk, its UEFI variables and, of one that ran, its memory, as they were at one moment.</summary>
[MessagePackObject]
public sealed partial record VMCheckpoint
{
    /// <summary>Its id, for life.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>The machine's id.</summary>
    [Key(1)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(2)]
    public string VMName { get; set; } = "";

    /// <summary>Its name, unique among the machine's checkpoints.</summary>
    [Key(3)]
    public string Name { get; set; } = "";

    /// <summary>The moment that it holds.</summary>
    [Key(4)]
    public DateTimeOffset CreationTime { get; set; }

    /// <summary>The checkpoint that the machine had come from when this one was made; null: none.</summary>
    [Key(5)]
    public Guid? ParentId { get; set; }

    /// <summary>That one's name; empty: none.</summary>
    [Key(6)]
    public string ParentName { get; set; } = "";

    /// <summary>True where a restored machine is, as its State says, where it was; false where it is stopped then.</summary>
    [Key(7)]
    public bool HasMemory { get; set; }

    /// <summary>What it takes on the host: its memory file, its UEFI variables and the layer of the disk that it keeps.</summary>
    [Key(8)]
    public long SizeBytes { get; set; }

    /// <summary>The machine's present state has come from this one: it was made or restored last.</summary>
    [Key(9)]
    public bool IsCurrent { get; set; }

    /// <summary>The user's own words.</summary>
    [Key(10)]
    public string Notes { get; set; } = "";

    /// <summary>How long the guest stood still while it was made; zero where it did not run.</summary>
    [Key(11)]
    public TimeSpan PauseDuration { get; set; }

    /// <summary>When it goes by itself; null: never.</summary>
    [Key(12)]
    public DateTimeOffset? ExpirationTime { get; set; }

    /// <summary>How it was made: Standard or Production.</summary>
    [Key(13)]
    public VMCheckpointType CheckpointType { get; set; }

    /// <summary>Why it is not of the type that was wanted; empty: it is.</summary>
    [Key(14)]
    public string Status { get; set; } = "";

    /// <summary>What the machine was, and is once it is brought back: Running, Paused, Saved or, where no memory was kept, Stopped.</summary>
    [Key(15)]
    public VMState State { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The checkpoint's name.</summary>
    public override string ToString() => Name;
}
