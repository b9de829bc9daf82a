using System;
using MessagePack;

namespace Virt;

/// <summary>A move of a virtual machine that has been made.</summary>
[MessagePackObject]
public sealed partial record VMMove
{
    /// <summary>The machine's id, which it keeps.</summary>
    [Key(0)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(1)]
    public string VMName { get; set; } = "";

    /// <summary>The host where it was.</summary>
    [Key(2)]
    public string SourceHost { get; set; } = "";

    /// <summary>The host where it is now.</summary>
    [Key(3)]
    public string DestinationHost { get; set; } = "";

    /// <summary>How it was moved.</summary>
    [Key(4)]
    public VMMoveMode Mode { get; set; }

    /// <summary>What it does there.</summary>
    [Key(5)]
    public VMState State { get; set; }

    /// <summary>From the request to the end.</summary>
    [Key(6)]
    public TimeSpan TotalTime { get; set; }

    /// <summary>How long the guest stood still: from its stop at the source until it ran at the destination, by the source's clock; the longest it can have been where the destination's agent was restarted at that moment. Zero where it did not run.</summary>
    [Key(7)]
    public TimeSpan Downtime { get; set; }

    /// <summary>Memory and device state that were sent.</summary>
    [Key(8)]
    public long MemoryBytesSent { get; set; }

    /// <summary>What was sent of its disks, and of what its checkpoints keep.</summary>
    [Key(9)]
    public long DiskBytesSent { get; set; }

    /// <summary>How many times its memory was gone through.</summary>
    [Key(10)]
    public int MemoryRounds { get; set; }

    /// <summary>Memory that the guest wrote in each second while it was copied.</summary>
    [Key(11)]
    public long DirtyBytesPerSecond { get; set; }

    /// <summary>Why it does not run there although it did here; empty where all is well.</summary>
    [Key(12)]
    public string Status { get; set; } = "";

    /// <summary>When the move began.</summary>
    [Key(13)]
    public DateTimeOffset StartTime { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>What was done, in one line.</summary>
    public override string ToString() => $"{VMName}: {SourceHost} -> {DestinationHost}";
}
