using System;

namespace Virt.Agent.Storage.Volumes;

/// <summary>What a volume held at one moment. Stored as a part of its spec.</summary>
public sealed record VolumeCheckpoint
{
    /// <summary>Names its folder.</summary>
    public Guid Id { get; set; }

    /// <summary>Unique within the volume.</summary>
    public string Name { get; set; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset Time { get; set; }

    /// <summary>It shares its blocks with the volume, until either is written; else it is a copy.</summary>
    public bool IsShared { get; set; }
}
