using System;
using MessagePack;

namespace Virt;

/// <summary>What a virtual machine used over a short time, counted on its host. What cannot be counted is null.</summary>
[MessagePackObject]
public sealed partial record VMMeasurement
{
    /// <summary>The machine.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>When it was measured.</summary>
    [Key(1)]
    public DateTimeOffset Time { get; set; }

    /// <summary>Processor time of the host in the interval, in percent of one CPU: the guest's and what QEMU does for it.</summary>
    [Key(2)]
    public double? CpuPercent { get; set; }

    /// <summary>Processor time of the host since its start.</summary>
    [Key(3)]
    public TimeSpan? CpuTime { get; set; }

    /// <summary>Memory of the host in use: the guest's, as far as it has been touched, and QEMU's own; without files that are only mapped.</summary>
    [Key(4)]
    public long? MemoryBytes { get; set; }

    /// <summary>The guest has at most so much memory.</summary>
    [Key(5)]
    public long? MemoryLimitBytes { get; set; }

    /// <summary>Of that the guest has now: what its balloon has not taken back.</summary>
    [Key(6)]
    public long? AssignedMemoryBytes { get; set; }

    /// <summary>Bytes that the guest has received: counted on its link into its network since its start; in QEMU's own network by the guest since it has booted.</summary>
    [Key(7)]
    public long? ReceivedBytes { get; set; }

    /// <summary>Bytes that it has sent.</summary>
    [Key(8)]
    public long? SentBytes { get; set; }

    /// <summary>Bytes read from its disks since its start.</summary>
    [Key(9)]
    public long? ReadBytes { get; set; }

    /// <summary>Bytes written to its disks since its start.</summary>
    [Key(10)]
    public long? WrittenBytes { get; set; }

    /// <summary>Reads from its disks since its start.</summary>
    [Key(11)]
    public long? ReadCount { get; set; }

    /// <summary>Writes to its disks since its start.</summary>
    [Key(12)]
    public long? WriteCount { get; set; }

    /// <summary>Received in the interval.</summary>
    [Key(13)]
    public long? ReceivedBytesPerSecond { get; set; }

    /// <summary>Sent in the interval.</summary>
    [Key(14)]
    public long? SentBytesPerSecond { get; set; }

    /// <summary>Read from disks in the interval.</summary>
    [Key(15)]
    public long? ReadBytesPerSecond { get; set; }

    /// <summary>Written to disks in the interval.</summary>
    [Key(16)]
    public long? WrittenBytesPerSecond { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The machine's name.</summary>
    public override string ToString() => Name;
}
