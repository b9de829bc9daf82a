using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt;

/// <summary>A container at one moment.</summary>
[MessagePackObject]
public sealed partial record Container
{
    /// <summary>Its id, for life.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, unique on the host.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>What it is doing.</summary>
    [Key(2)]
    public ContainerState State { get; set; }

    /// <summary>Whether it works.</summary>
    [Key(3)]
    public WorkloadHealth Health { get; set; }

    /// <summary>Why it is in that state where that is not plain.</summary>
    [Key(4)]
    public string Status { get; set; } = "";

    /// <summary>The image it was made from.</summary>
    [Key(5)]
    public string Image { get; set; } = "";

    /// <summary>What its first process runs.</summary>
    [Key(6)]
    public string[] Command { get; set; } = [];

    /// <summary>The first process's exit code, 128 + n where signal n ended it; null while it runs, before its first start, or where it could not be learned.</summary>
    [Key(7)]
    public int? ExitCode { get; set; }

    /// <summary>Without loopback.</summary>
    [Key(8)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>Published ports.</summary>
    [Key(9)]
    public string[] Ports { get; set; } = [];

    /// <summary>The first process as the host sees it; null while there is none.</summary>
    [Key(10)]
    public int? ProcessId { get; set; }

    /// <summary>How long it has run; zero while it does not.</summary>
    [Key(11)]
    public TimeSpan Uptime { get; set; }

    /// <summary>When it was made.</summary>
    [Key(12)]
    public DateTimeOffset CreationTime { get; set; }

    /// <summary>When it was last started.</summary>
    [Key(13)]
    public DateTimeOffset? StartTime { get; set; }

    /// <summary>When it last ended.</summary>
    [Key(14)]
    public DateTimeOffset? ExitTime { get; set; }

    /// <summary>At most so much memory; null: no limit.</summary>
    [Key(15)]
    public long? MemoryLimitBytes { get; set; }

    /// <summary>At most so many CPUs; null: no limit.</summary>
    [Key(16)]
    public double? CpuCountLimit { get; set; }

    /// <summary>At most so many processes; null: no limit.</summary>
    [Key(17)]
    public long? ProcessCountLimit { get; set; }

    /// <summary>Memory in use; null while it does not run.</summary>
    [Key(18)]
    public long? MemoryBytes { get; set; }

    /// <summary>Variables of its processes.</summary>
    [Key(19)]
    public Dictionary<string, string> Environment { get; set; } = [];

    /// <summary>Its host name.</summary>
    [Key(20)]
    public string HostName { get; set; } = "";

    /// <summary>Its user, as the user named it; empty: root.</summary>
    [Key(21)]
    public string User { get; set; } = "";

    /// <summary>Its working folder.</summary>
    [Key(22)]
    public string WorkingDirectory { get; set; } = "";

    /// <summary>True where its root cannot be written.</summary>
    [Key(23)]
    public bool ReadOnly { get; set; }

    /// <summary>The user's own names and values.</summary>
    [Key(24)]
    public Dictionary<string, string> Labels { get; set; } = [];

    /// <summary>True where the kernel ended it for want of memory.</summary>
    [Key(25)]
    public bool OutOfMemory { get; set; }

    /// <summary>Folders of the host that it sees: <c>/host/path:/inside</c>, with <c>:ro</c> behind it where it may only read.</summary>
    [Key(26)]
    public string[] Volumes { get; set; } = [];

    /// <summary><c>none</c>, <c>host</c>, or its network's name.</summary>
    [Key(27)]
    public string Network { get; set; } = "";

    /// <summary>0 as it was made; a higher number after each replacement, such as a patch.</summary>
    [Key(28)]
    public int Generation { get; set; }

    /// <summary>The digests of the layers over its image, the uppermost first.</summary>
    [Key(29)]
    public string[] Layers { get; set; } = [];

    /// <summary>What it was before the last replacement, where that is kept; null: nothing is.</summary>
    [Key(30)]
    public ContainerGeneration? Previous { get; set; }

    /// <summary>Who may come to its published ports; none: anybody.</summary>
    [Key(31)]
    public string[] AllowFrom { get; set; } = [];
    /// <summary>Whose ids its users have on the host.</summary>
    [Key(32)]
    public ContainerUserNamespace UserNamespace { get; set; }

    /// <summary>True where nothing but the namespaces holds its root back.</summary>
    [Key(33)]
    public bool Privileged { get; set; }

    /// <summary>What asks it to end.</summary>
    [Key(34)]
    public string StopSignal { get; set; } = "";

    /// <summary>How long it may take to end before it is killed.</summary>
    [Key(35)]
    public TimeSpan StopTimeout { get; set; }

    /// <summary>Its places in memory.</summary>
    [Key(36)]
    public string[] Tmpfs { get; set; } = [];

    /// <summary>The host's devices that it may use.</summary>
    [Key(37)]
    public string[] Devices { get; set; } = [];

    /// <summary>What its root may do in it (capabilities(7)).</summary>
    [Key(38)]
    public string[] Capabilities { get; set; } = [];

    /// <summary>True where programs with a set-user-id bit or file capabilities have them.</summary>
    [Key(39)]
    public bool AllowNewPrivileges { get; set; }

    /// <summary>Limits of each process.</summary>
    [Key(40)]
    public string[] Ulimits { get; set; } = [];

    /// <summary>Kernel settings of its own namespaces.</summary>
    [Key(41)]
    public Dictionary<string, string> Sysctls { get; set; } = [];

    /// <summary>Further groups of its user.</summary>
    [Key(42)]
    public string[] AdditionalGroups { get; set; } = [];

    /// <summary>Its name servers.</summary>
    [Key(43)]
    public string[] Dns { get; set; } = [];

    /// <summary>Further names: <c>name:address</c>.</summary>
    [Key(44)]
    public string[] ExtraHosts { get; set; } = [];

    /// <summary>-1000 (never ended) to 1000 (ended first) when the host runs out of memory.</summary>
    [Key(45)]
    public int OutOfMemoryScore { get; set; }

    /// <summary>Which CPUs; empty: all.</summary>
    [Key(46)]
    public string CpuSet { get; set; } = "";

    /// <summary>Its share of busy CPUs beside others; null: 1024.</summary>
    [Key(47)]
    public long? CpuShares { get; set; }

    /// <summary>Swap beyond its memory limit; null: none.</summary>
    [Key(48)]
    public long? SwapLimitBytes { get; set; }

    /// <summary>Memory that is left to it while the host has others to take from.</summary>
    [Key(49)]
    public long? ReservedMemoryBytes { get; set; }

    /// <summary>Its share of busy disks beside others; null: 100.</summary>
    [Key(50)]
    public long? BlockIOWeight { get; set; }

    /// <summary>How fast it may use disks.</summary>
    [Key(51)]
    public string[] BlockIO { get; set; } = [];

    /// <summary>When it is started again by the agent.</summary>
    [Key(52)]
    public RestartPolicy RestartPolicy { get; set; }

    /// <summary>How often in a row at most; 0: as often as it takes.</summary>
    [Key(53)]
    public int RestartMaximum { get; set; }

    /// <summary>How often in a row the agent has started it again.</summary>
    [Key(54)]
    public int RestartCount { get; set; }

    /// <summary>The containers that are started before it when the agent or the host has started.</summary>
    [Key(55)]
    public string[] After { get; set; } = [];

    /// <summary>How it is asked whether it works; null: it is not asked.</summary>
    [Key(56)]
    public HealthCheck? HealthCheck { get; set; }

    /// <summary>What it answered last; empty: it was not asked.</summary>
    [Key(57)]
    public string HealthMessage { get; set; } = "";

    /// <summary>True where its first process is an init of the agent's, and its command that one's child.</summary>
    [Key(58)]
    public bool Init { get; set; }

    /// <summary>True where it is removed when it has ended.</summary>
    [Key(59)]
    public bool RemoveOnExit { get; set; }

    /// <summary>What it has of its own.</summary>
    [Key(60)]
    public ContainerIsolation Isolation { get; set; }

    /// <summary>The SELinux label of its processes; empty: they have none of their own.</summary>
    [Key(61)]
    public string ProcessLabel { get; set; } = "";

    /// <summary>Domains that are searched for names without dots.</summary>
    [Key(62)]
    public string[] DnsSearch { get; set; } = [];

    /// <summary>Options of its resolver, such as timeout:2.</summary>
    [Key(63)]
    public string[] DnsOptions { get; set; } = [];

    /// <summary>How many bytes its log may have; null: the usual.</summary>
    [Key(64)]
    public long? LogBytes { get; set; }

    /// <summary>How many bytes its /dev/shm may have; null: the usual.</summary>
    [Key(65)]
    public long? ShmBytes { get; set; }

    /// <summary>When the agent starts it again; null: it runs, or it is not started again.</summary>
    [Key(66)]
    public DateTimeOffset? NextStartTime { get; set; }

    /// <summary>The first words of its command, where they are its image's entry point or -Entrypoint.</summary>
    [Key(67)]
    public string[] Entrypoint { get; set; } = [];

    /// <summary>Its hardware address in its network; empty: it has none of its own.</summary>
    [Key(68)]
    public string MacAddress { get; set; } = "";

    /// <summary>The names of all networks that it is in, that of its first adapter first.</summary>
    [Key(69)]
    public string[] Networks { get; set; } = [];

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The container's name.</summary>
    public override string ToString() => Name;
}
