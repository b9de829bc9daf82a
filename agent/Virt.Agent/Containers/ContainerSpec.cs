using System;
using System.Collections.Generic;
using Virt.Agent.Networks;

namespace Virt.Agent.Containers;

/// <summary>What a container was asked to be, with the image's own values where the user gave none. Stored as JSON.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record ContainerSpec
{
    /// <summary>The image's name.</summary>
    public required string Image { get; init; }

    /// <summary>The folder that is the lowest read-only layer.</summary>
    public required string Rootfs { get; init; }

    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Variables, without those that every container has.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>An absolute path.</summary>
    public string WorkingDirectory { get; set; } = "/";

    /// <summary>uid, uid:gid or names; empty: root.</summary>
    public string User { get; set; } = "";

    /// <summary>The host name.</summary>
    public required string HostName { get; init; }

    /// <summary>At most so much memory; null: no limit.</summary>
    public long? MemoryBytes { get; set; }

    /// <summary>At most so many CPUs; null: no limit.</summary>
    public double? CpuCount { get; set; }

    /// <summary>At most so many processes; null: no limit.</summary>
    public long? ProcessCount { get; set; }

    /// <summary>The root cannot be written.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>The user's own names and values.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Folders of the host that it sees.</summary>
    public IReadOnlyList<ContainerVolume> Volumes { get; set; } = [];

    /// <summary>One of <see cref="ContainerNetwork"/>'s names, or what its network was called when it was made.</summary>
    public string Network { get; set; } = ContainerNetwork.None;

    /// <summary>Its place in that network; null in one that is built in.</summary>
    public NetworkAttachment? Attachment { get; set; }

    /// <summary>Name servers that are asked in place of the host's.</summary>
    public IReadOnlyList<string> Dns { get; set; } = [];

    /// <summary>Domains in which short names are looked for.</summary>
    public IReadOnlyList<string> DnsSearch { get; set; } = [];

    /// <summary>The digests of the layers over the image, the uppermost first.</summary>
    public IReadOnlyList<string> Layers { get; set; } = [];

    /// <summary>Which generation it is; each has a folder of its own for what it writes.</summary>
    public int Generation { get; set; }

    /// <summary>The highest number that was ever given.</summary>
    public int LastGeneration { get; set; }

    /// <summary>The generation that it can go back to; null: none is kept.</summary>
    public FormerGeneration? Previous { get; set; }

    /// <summary>The layer that was built for it last and that no generation uses yet; null: none.</summary>
    public string? Built { get; set; }
}
