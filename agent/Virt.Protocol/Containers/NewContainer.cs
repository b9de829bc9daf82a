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
}
