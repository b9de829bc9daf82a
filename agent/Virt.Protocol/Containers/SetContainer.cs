using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>
/// Changes a container. What is null stays as it is; 0 takes a limit away. Limits, labels, published ports, the stop signal and its time change while it runs; for the rest a
/// running container is started anew, with all that it has written.
/// </summary>
[MessagePackObject]
public sealed partial record SetContainer
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>At most so much memory.</summary>
    [Key(2)]
    public long? MemoryBytes { get; set; }

    /// <summary>Swap beyond it.</summary>
    [Key(3)]
    public long? SwapBytes { get; set; }

    /// <summary>At most so many CPUs.</summary>
    [Key(4)]
    public double? CpuCount { get; set; }

    /// <summary>Its share of busy CPUs.</summary>
    [Key(5)]
    public long? CpuShares { get; set; }

    /// <summary>Which CPUs; empty: all. A container that was started without gets it by being started anew on cgroup version 1.</summary>
    [Key(6)]
    public string? CpuSet { get; set; }

    /// <summary>At most so many processes.</summary>
    [Key(7)]
    public long? ProcessCount { get; set; }

    /// <summary>All labels.</summary>
    [Key(8)]
    public Dictionary<string, string>? Labels { get; set; }

    /// <summary>What asks it to end.</summary>
    [Key(9)]
    public string? StopSignal { get; set; }

    /// <summary>How long it may take to end.</summary>
    [Key(10)]
    public TimeSpan? StopTimeout { get; set; }

    /// <summary>When it is started again by the agent.</summary>
    [Key(18)]
    public RestartPolicy? RestartPolicy { get; set; }

    /// <summary>How often in a row at most; 0: as often as it takes.</summary>
    [Key(19)]
    public int? RestartMaximum { get; set; }

    /// <summary>The containers that are started before it.</summary>
    [Key(20)]
    public string[]? After { get; set; }

    /// <summary>All ports of the host that lead to it; empty: none.</summary>
    [Key(21)]
    public string[]? Publish { get; set; }

    /// <summary>All who may come to them; empty: anybody.</summary>
    [Key(22)]
    public string[]? AllowFrom { get; set; }

    /// <summary>The program and its arguments. By starting it anew, as all that follow.</summary>
    [Key(11)]
    public string[]? Command { get; set; }

    /// <summary>All variables, without those that every container has.</summary>
    [Key(12)]
    public Dictionary<string, string>? Environment { get; set; }

    /// <summary>The folder that it begins in.</summary>
    [Key(13)]
    public string? WorkingDirectory { get; set; }

    /// <summary>Who runs it; empty: root.</summary>
    [Key(14)]
    public string? User { get; set; }

    /// <summary>Its host name.</summary>
    [Key(15)]
    public string? HostName { get; set; }

    /// <summary>Whether its root cannot be written.</summary>
    [Key(16)]
    public bool? ReadOnly { get; set; }

    /// <summary>All folders of the host that it sees.</summary>
    [Key(17)]
    public string[]? Volumes { get; set; }
}
