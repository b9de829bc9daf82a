using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>
/// Changes a container. What is null stays as it is; 0 takes a limit away. The first of these change while it runs; for the rest a running container is started anew, with all
/// that it has written. Its image, its isolation and whose ids it has are for its life; its address is for its life in a network.
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

    /// <summary>Memory that is left to it while the host has others to take from; 0: none. While it runs, as all that follow down to <see cref="HealthRetries"/>.</summary>
    [Key(38)]
    public long? ReservedMemoryBytes { get; set; }

    /// <summary>Its share of busy disks; 0: 100. A container that was started without limits of disks gets it by being started anew on cgroup version 1.</summary>
    [Key(40)]
    public long? BlockIOWeight { get; set; }

    /// <summary>All limits of disks; as <see cref="BlockIOWeight"/>.</summary>
    [Key(41)]
    public string[]? BlockIO { get; set; }

    /// <summary>It is removed when it has ended.</summary>
    [Key(44)]
    public bool? RemoveOnExit { get; set; }

    /// <summary>Another question whether it works, together with the two that follow; all of them empty: it is asked no more.</summary>
    [Key(45)]
    public string[]? HealthCommand { get; set; }

    /// <summary>The port that must take a connection.</summary>
    [Key(46)]
    public int? HealthTcp { get; set; }

    /// <summary>The address that must answer.</summary>
    [Key(47)]
    public string? HealthHttp { get; set; }

    /// <summary>How long to wait between two questions.</summary>
    [Key(48)]
    public TimeSpan? HealthInterval { get; set; }

    /// <summary>How long an answer may take.</summary>
    [Key(49)]
    public TimeSpan? HealthTimeout { get; set; }

    /// <summary>How long after its start, or after this change, a failure does not count.</summary>
    [Key(50)]
    public TimeSpan? HealthStartPeriod { get; set; }

    /// <summary>How many failures in a row make it unhealthy.</summary>
    [Key(51)]
    public int? HealthRetries { get; set; }

    /// <summary>All volumes, and folders and files of the host, that it sees; by starting it anew where the kernel does not let one go.</summary>
    [Key(17)]
    public string[]? Volumes { get; set; }

    /// <summary>The program and its arguments. By starting it anew, as all that follow.</summary>
    [Key(11)]
    public string[]? Command { get; set; }

    /// <summary>All variables that were given, over those of its image.</summary>
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

    /// <summary>The program and its first arguments; the command is what follows, and without one nothing does.</summary>
    [Key(23)]
    public string[]? Entrypoint { get; set; }

    /// <summary>All places in memory.</summary>
    [Key(24)]
    public string[]? Tmpfs { get; set; }

    /// <summary>All devices of the host that it may use.</summary>
    [Key(25)]
    public string[]? Devices { get; set; }

    /// <summary>All capabilities beyond the usual ones.</summary>
    [Key(26)]
    public string[]? AddCapability { get; set; }

    /// <summary>All of the usual ones that it shall not have.</summary>
    [Key(27)]
    public string[]? DropCapability { get; set; }

    /// <summary>All capabilities, system calls and devices. Whose ids it has stays what it is.</summary>
    [Key(28)]
    public bool? Privileged { get; set; }

    /// <summary>Programs with a set-user-id bit or file capabilities have them.</summary>
    [Key(29)]
    public bool? AllowNewPrivileges { get; set; }

    /// <summary>All limits of each process.</summary>
    [Key(30)]
    public string[]? Ulimits { get; set; }

    /// <summary>All kernel settings of its own namespaces.</summary>
    [Key(31)]
    public Dictionary<string, string>? Sysctls { get; set; }

    /// <summary>All further groups of its user.</summary>
    [Key(32)]
    public string[]? AdditionalGroups { get; set; }

    /// <summary>Another network, or <c>none</c> or <c>host</c>. Into a network its ports come with it; its address is a free one, or those that follow.</summary>
    [Key(52)]
    public string? Network { get; set; }

    /// <summary>Its addresses in that other network, one of each family at most.</summary>
    [Key(53)]
    public string[]? IPAddresses { get; set; }

    /// <summary>All name servers; empty: the host's own.</summary>
    [Key(33)]
    public string[]? Dns { get; set; }

    /// <summary>All domains in which short names are looked for.</summary>
    [Key(34)]
    public string[]? DnsSearch { get; set; }

    /// <summary>All options of the resolver.</summary>
    [Key(35)]
    public string[]? DnsOptions { get; set; }

    /// <summary>All further names.</summary>
    [Key(36)]
    public string[]? ExtraHosts { get; set; }

    /// <summary>-1000 to 1000.</summary>
    [Key(37)]
    public int? OutOfMemoryScore { get; set; }

    /// <summary>The size of /dev/shm; 0: 64 MB.</summary>
    [Key(39)]
    public long? ShmBytes { get; set; }

    /// <summary>When its log has so many bytes, it is begun anew; 0: 16 MB.</summary>
    [Key(42)]
    public long? LogBytes { get; set; }

    /// <summary>An init of the agent's is its first process.</summary>
    [Key(43)]
    public bool? Init { get; set; }
}
