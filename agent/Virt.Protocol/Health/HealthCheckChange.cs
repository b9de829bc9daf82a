using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>What is to be asked otherwise of a workload. What is null stays as it is; the three questions are one: another one takes the place of all that was asked.</summary>
[MessagePackObject]
public sealed partial record HealthCheckChange
{
    /// <summary>A command whose exit code must be 0; empty: none.</summary>
    [Key(0)]
    public string[]? Command { get; set; }

    /// <summary>A TCP port that must take a connection; 0: none.</summary>
    [Key(1)]
    public int? TcpPort { get; set; }

    /// <summary>An address whose answer must be 200 to 399; empty: none.</summary>
    [Key(2)]
    public string? HttpUrl { get; set; }

    /// <summary>How long to wait between two questions.</summary>
    [Key(3)]
    public TimeSpan? Interval { get; set; }

    /// <summary>How long an answer may take.</summary>
    [Key(4)]
    public TimeSpan? ProbeTimeout { get; set; }

    /// <summary>How long after its start a failure does not count.</summary>
    [Key(5)]
    public TimeSpan? StartPeriod { get; set; }

    /// <summary>How many failures in a row make it unhealthy.</summary>
    [Key(6)]
    public int? Retries { get; set; }
}
