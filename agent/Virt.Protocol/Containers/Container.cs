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

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The container's name.</summary>
    public override string ToString() => Name;
}
