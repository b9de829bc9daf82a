using System;
using MessagePack;

namespace Virt;

/// <summary>How it is asked whether a workload works. What is not given is not asked; where nothing is given, a VM is healthy when its guest agent answers, and a container when it still runs after its settle time.</summary>
[MessagePackObject]
public sealed partial record HealthCheck
{
    /// <summary>A command inside the workload whose exit code must be 0; empty: none.</summary>
    [Key(0)]
    public string[] Command { get; set; } = [];

    /// <summary>A TCP port inside the workload, on any of its addresses or loopback, that must take a connection; 0: none.</summary>
    [Key(1)]
    public int TcpPort { get; set; }

    /// <summary>An address such as <c>http://127.0.0.1:8080/ready</c>, asked from inside the workload, whose answer must be 200 to 399; empty: none.</summary>
    [Key(2)]
    public string HttpUrl { get; set; } = "";

    /// <summary>How long it may take until the checks succeed.</summary>
    [Key(3)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait at most after a check that failed; the first ones are repeated sooner.</summary>
    [Key(4)]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a container must have run where no check is given.</summary>
    [Key(5)]
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Of a workload's own check: how long after its start a failure does not count; of a VM, as long as none has succeeded.</summary>
    [Key(6)]
    public TimeSpan StartPeriod { get; set; }

    /// <summary>Of a workload's own check: how many failures in a row make it unhealthy.</summary>
    [Key(7)]
    public int Retries { get; set; } = 3;

    /// <summary>Of a workload's own check: how long one answer may take.</summary>
    [Key(8)]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What it asks, as in a table: the command, <c>TCP 80</c> or the address; empty: nothing.</summary>
    public override string ToString() => Command.Length > 0 ? string.Join(" ", Command) : TcpPort != 0 ? $"TCP {TcpPort}" : HttpUrl;
}
