using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a container. Limits: docs/cmdlets/New-Container.md.</summary>
[MessagePackObject]
public sealed partial record NewContainer
{
    /// <summary>1 to 64 characters: letters, digits, dot, dash, underscore; unique. Null: made up.</summary>
    [Key(0)]
    public string? Name { get; set; }

    /// <summary>The image.</summary>
    [Key(1)]
    public string Image { get; set; } = "";

    /// <summary>What to run; empty: the image's own.</summary>
    [Key(2)]
    public string[] Command { get; set; } = [];

    /// <summary>Variables, over the image's.</summary>
    [Key(3)]
    public Dictionary<string, string> Environment { get; set; } = [];

    /// <summary>An absolute path; null: the image's.</summary>
    [Key(4)]
    public string? WorkingDirectory { get; set; }

    /// <summary>uid, uid:gid, or names from the image's /etc/passwd; null: root.</summary>
    [Key(5)]
    public string? User { get; set; }

    /// <summary>Null: the container's name.</summary>
    [Key(6)]
    public string? HostName { get; set; }

    /// <summary>At most so much memory, 4 MB or more; null: no limit.</summary>
    [Key(7)]
    public long? MemoryBytes { get; set; }

    /// <summary>At most so many CPUs, 0.01 or more; null: no limit.</summary>
    [Key(8)]
    public double? CpuCount { get; set; }

    /// <summary>At most so many processes; null: no limit.</summary>
    [Key(9)]
    public long? ProcessCount { get; set; }

    /// <summary>The root cannot be written.</summary>
    [Key(10)]
    public bool ReadOnly { get; set; }

    /// <summary>The user's own names and values.</summary>
    [Key(11)]
    public Dictionary<string, string> Labels { get; set; } = [];

    /// <summary>Folders of the host and volumes that it sees: <c>/host/path:/inside</c> or <c>name:/inside</c>, with <c>:ro</c> behind it where it may only read.</summary>
    [Key(12)]
    public string[] Volumes { get; set; } = [];

    /// <summary><c>none</c>: a network of its own with nothing but loopback; <c>host</c>: the host's; else a network's name; empty: none.</summary>
    [Key(13)]
    public string Network { get; set; } = "";

    /// <summary>Its addresses in the network, one of each family at most; a family that is not named gets a free one.</summary>
    [Key(14)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>Ports of the host that lead to it: <c>8080:80</c>, <c>127.0.0.1:8080:80</c>, <c>5353:53/udp</c>, <c>[2001:db8::1]:8080:80</c>, <c>8000-8010:8000-8010</c>.</summary>
    [Key(15)]
    public string[] Publish { get; set; } = [];

    /// <summary>Who may come to its published ports: addresses and subnets; empty: anybody.</summary>
    [Key(16)]
    public string[] AllowFrom { get; set; } = [];

    /// <summary>Addresses of name servers that are asked in place of the host's own.</summary>
    [Key(17)]
    public string[] Dns { get; set; } = [];

    /// <summary>Domains in which short names are looked for.</summary>
    [Key(18)]
    public string[] DnsSearch { get; set; } = [];
    /// <summary>Whose ids its users have on the host; null: Private, and Host where it is privileged.</summary>
    [Key(19)]
    public ContainerUserNamespace? UserNamespace { get; set; }

    /// <summary>All capabilities, system calls and devices of the host: nothing but the namespaces holds its root back.</summary>
    [Key(20)]
    public bool Privileged { get; set; }

    /// <summary>The program and its first arguments, before the command; with it the image's own command is not used.</summary>
    [Key(21)]
    public string[] Entrypoint { get; set; } = [];

    /// <summary>What asks it to end, by name or number; null: the image's, SIGTERM where that says none.</summary>
    [Key(22)]
    public string? StopSignal { get; set; }

    /// <summary>How long it may take to end before it is killed; null: 10 seconds.</summary>
    [Key(23)]
    public TimeSpan? StopTimeout { get; set; }

    /// <summary>Places in memory: <c>/run</c>, <c>/run:size=64m,mode=1777,exec,ro</c>.</summary>
    [Key(24)]
    public string[] Tmpfs { get; set; } = [];

    /// <summary>Devices of the host: <c>/dev/fuse</c>, <c>/dev/fuse:/dev/inside:rwm</c>.</summary>
    [Key(25)]
    public string[] Devices { get; set; } = [];

    /// <summary>Capabilities beyond the usual ones, by name; <c>ALL</c>.</summary>
    [Key(26)]
    public string[] AddCapability { get; set; } = [];

    /// <summary>Capabilities of the usual ones that it shall not have; <c>ALL</c>.</summary>
    [Key(27)]
    public string[] DropCapability { get; set; } = [];

    /// <summary>Programs with a set-user-id bit or file capabilities have them.</summary>
    [Key(28)]
    public bool AllowNewPrivileges { get; set; }

    /// <summary>Limits of each process: <c>nofile=1024:4096</c>.</summary>
    [Key(29)]
    public string[] Ulimits { get; set; } = [];

    /// <summary>Kernel settings of its own namespaces, such as <c>net.core.somaxconn</c>.</summary>
    [Key(30)]
    public Dictionary<string, string> Sysctls { get; set; } = [];

    /// <summary>Further groups of its user, by name or number.</summary>
    [Key(31)]
    public string[] AdditionalGroups { get; set; } = [];

    /// <summary>Options of the resolver, as resolv.conf(5) has them.</summary>
    [Key(32)]
    public string[] DnsOptions { get; set; } = [];

    /// <summary>Further names: <c>name:address</c>.</summary>
    [Key(33)]
    public string[] ExtraHosts { get; set; } = [];

    /// <summary>-1000 (never ended) to 1000 (ended first) when the host runs out of memory.</summary>
    [Key(34)]
    public int OutOfMemoryScore { get; set; }

    /// <summary>Which CPUs, such as <c>0-1,3</c>; null: all.</summary>
    [Key(35)]
    public string? CpuSet { get; set; }

    /// <summary>Its share of busy CPUs beside others, 2 to 262144; null: 1024.</summary>
    [Key(36)]
    public long? CpuShares { get; set; }

    /// <summary>Swap beyond its memory limit; null: none.</summary>
    [Key(37)]
    public long? SwapBytes { get; set; }

    /// <summary>Memory that is left to it while the host has others to take from; null: none.</summary>
    [Key(38)]
    public long? ReservedMemoryBytes { get; set; }

    /// <summary>The size of /dev/shm; null: 64 MB.</summary>
    [Key(39)]
    public long? ShmBytes { get; set; }

    /// <summary>Its share of busy disks beside others, 10 to 1000; null: 100.</summary>
    [Key(40)]
    public long? BlockIOWeight { get; set; }

    /// <summary>How fast it may use disks: <c>/dev/sda:read=10MB,write=5MB,readops=100,writeops=100</c>.</summary>
    [Key(41)]
    public string[] BlockIO { get; set; } = [];

    /// <summary>When its log has so many bytes, it is begun anew, and the one before is kept; null: 16 MB.</summary>
    [Key(42)]
    public long? LogBytes { get; set; }

    /// <summary>When it is started again by the agent.</summary>
    [Key(43)]
    public RestartPolicy RestartPolicy { get; set; }

    /// <summary>How often in a row at most; 0: as often as it takes.</summary>
    [Key(44)]
    public int RestartMaximum { get; set; }

    /// <summary>The containers that are started before it when the agent or the host has started.</summary>
    [Key(45)]
    public string[] After { get; set; } = [];

    /// <summary>How it is asked whether it works; null: it is not asked.</summary>
    [Key(46)]
    public HealthCheck? Health { get; set; }

    /// <summary>An init of the agent's is its first process: it starts the command, hands on signals to it, and reaps what ends.</summary>
    [Key(47)]
    public bool Init { get; set; }

    /// <summary>It is removed when it has ended, or could not be started; not together with a restart policy.</summary>
    [Key(48)]
    public bool RemoveOnExit { get; set; }

    /// <summary>What it has of its own.</summary>
    [Key(49)]
    public ContainerIsolation Isolation { get; set; }

    /// <summary>When its image is fetched first.</summary>
    [Key(50)]
    public ContainerPull Pull { get; set; }

    /// <summary>What the image's registry is shown where it is fetched; null: nothing.</summary>
    [Key(51)]
    public RegistryCredential? PullCredential { get; set; }

    /// <summary>Networks that it is in beside <see cref="Network"/>, each by an adapter of its own; an address of <see cref="IPAddresses"/> is in the network that it belongs to.</summary>
    [Key(52)]
    public string[] AdditionalNetworks { get; set; } = [];
}
