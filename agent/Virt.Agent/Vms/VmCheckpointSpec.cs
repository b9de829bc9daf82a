using System;
using System.Collections.Generic;
using System.Linq;

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

    /// <summary>The checkpoint, perhaps a hidden one, whose layers stand below its own; null: it is the lowest.</summary>
    public Guid? Parent { get; set; }

    /// <summary>What it keeps of each disk of the machine that is not independent of checkpoints; once it is hidden, of those that are not merged yet.</summary>
    public IReadOnlyList<VmCheckpointDisk> Disks { get; set; } = [];

    /// <summary>The machine as it was.</summary>
    public required VmSpec Machine { get; init; }

    /// <summary>How it was made: Standard or Production.</summary>
    public VMCheckpointType Type { get; set; }

    /// <summary>Why it is not of the type that was wanted; null: it is.</summary>
    public string? Status { get; set; }

    /// <summary>While a machine is brought back to it: the places in networks that were taken for its adapters.</summary>
    public IReadOnlyList<VmCheckpointPlace> Places { get; set; } = [];

    /// <summary>Of one with memory: what the machine was, and is when it is brought back: Running, Paused or Saved.</summary>
    public VMState State { get; set; } = VMState.Running;

    /// <summary>It ran, stood still or was saved, and its memory was kept.</summary>
    public bool HasMemory { get; set; }

    /// <summary>How long the file of its memory is; 0: that was not written down.</summary>
    public long MemoryFileBytes { get; set; }

    /// <summary>The versioned type of the machine whose memory it is, such as <c>pc-q35-7.2</c>.</summary>
    public string MachineType { get; set; } = "";

    /// <summary>What ran the guest whose memory it is: another cannot go on with it.</summary>
    public string Accelerator { get; set; } = "";

    /// <summary>How long the guest stood still.</summary>
    public TimeSpan PauseDuration { get; set; }

    /// <summary>What it keeps of a disk; null: nothing.</summary>
    /// <param name="drive">The disk's drive; empty: the first disk.</param>
    public VmCheckpointDisk? DiskOf(Guid drive) => Disks.FirstOrDefault(disk => disk.Drive == drive);

    /// <summary>The same with another state of each disk.</summary>
    public VmCheckpointSpec WithDisks(Func<VmCheckpointDisk, VmCheckpointDisk> change) => this with { Disks = [.. Disks.Select(change)] };

    /// <summary>The same with another state of one disk; null: without it.</summary>
    public VmCheckpointSpec WithDisk(Guid drive, VmCheckpointDisk? to) =>
        this with { Disks = [.. Disks.Select(disk => disk.Drive == drive ? to : disk).OfType<VmCheckpointDisk>()] };
}
