using System;
using System.Collections.Generic;

namespace Virt.Agent.Containers;

/// <summary>What a container was asked to be, with the image's own values where the user gave none. Stored as JSON.</summary>
public sealed record ContainerSpec
{
    /// <summary>The image's name.</summary>
    public required string Image { get; init; }

    /// <summary>The folder that is the read-only layer.</summary>
    public required string Rootfs { get; init; }

    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Variables, without those that every container has.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>An absolute path.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>uid, uid:gid or names; empty: root.</summary>
    public string User { get; init; } = "";

    /// <summary>The host name.</summary>
    public required string HostName { get; init; }

    /// <summary>At most so much memory; null: no limit.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>At most so many CPUs; null: no limit.</summary>
    public double? CpuCount { get; init; }

    /// <summary>At most so many processes; null: no limit.</summary>
    public long? ProcessCount { get; init; }

    /// <summary>The root cannot be written.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The user's own names and values.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
