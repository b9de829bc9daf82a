using System;
using MessagePack;

namespace Virt;

/// <summary>What a container used over a short time. What the host does not count is null.</summary>
[MessagePackObject]
public sealed partial record ContainerMeasurement
{
    /// <summary>The container.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>When it was measured.</summary>
    [Key(1)]
    public DateTimeOffset Time { get; set; }

    /// <summary>Processor time in the interval, in percent of one CPU.</summary>
    [Key(2)]
    public double? CpuPercent { get; set; }

    /// <summary>Processor time since its start.</summary>
    [Key(3)]
    public TimeSpan? CpuTime { get; set; }

    /// <summary>Memory in use, without the file cache that could be dropped at once.</summary>
    [Key(4)]
    public long? MemoryBytes { get; set; }

    /// <summary>At most so much memory; null: no limit.</summary>
    [Key(5)]
    public long? MemoryLimitBytes { get; set; }

    /// <summary>Processes and threads.</summary>
    [Key(6)]
    public long? ProcessCount { get; set; }

    /// <summary>Bytes received over all its links but loopback, since its start; of one in the host's network, null.</summary>
    [Key(7)]
    public long? ReceivedBytes { get; set; }

    /// <summary>Bytes sent.</summary>
    [Key(8)]
    public long? SentBytes { get; set; }

    /// <summary>Bytes read from disks since its start.</summary>
    [Key(9)]
    public long? ReadBytes { get; set; }

    /// <summary>Bytes written to disks since its start.</summary>
    [Key(10)]
    public long? WrittenBytes { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The container's name.</summary>
    public override string ToString() => Name;
}
