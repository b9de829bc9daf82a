using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Serialization;

namespace Virt.Agent.Vms;

/// <summary>A machine's disk.</summary>
public sealed record VmDisk
{
    /// <summary>Its full path.</summary>
    public required string Path { get; init; }

    /// <summary><c>qcow2</c> or <c>raw</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The disk as the guest sees it.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>True where it was made with the machine: what an unfinished New-VM takes away again.</summary>
    public required bool IsNew { get; init; }

    /// <summary>What it is a copy-on-write child of, the nearest first; empty where it is none.</summary>
    public IReadOnlyList<VmDiskLayer> Backing { get; init; } = [];

    /// <summary>Reads and writes a second, at most; 0: no limit.</summary>
    public long MaximumIops { get; init; }

    /// <summary>Bytes read and written a second, at most; 0: no limit.</summary>
    public long MaximumBytesPerSecond { get; init; }

    /// <summary>The file that it was before its first checkpoint and becomes again with the last: what stays the same all the time.</summary>
    [JsonIgnore]
    public string HomePath => Backing.LastOrDefault(static layer => layer.IsOwn)?.Path ?? Path;
}
