using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt;

/// <summary>A folder that a host keeps for its containers.</summary>
[MessagePackObject]
public sealed partial record VirtVolume
{
    /// <summary>Its id, for life.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Where the host has what it holds.</summary>
    [Key(2)]
    public string Path { get; set; } = "";

    /// <summary>The names of the containers that have it.</summary>
    [Key(3)]
    public string[] UsedBy { get; set; } = [];

    /// <summary>What it can be taken back to, the oldest first.</summary>
    [Key(4)]
    public VirtVolumeCheckpoint[] Checkpoints { get; set; } = [];

    /// <summary>The user's own names and values.</summary>
    [Key(5)]
    public Dictionary<string, string> Labels { get; set; } = [];

    /// <summary>When it was made.</summary>
    [Key(6)]
    public DateTimeOffset CreationTime { get; set; }

    /// <summary>How many bytes its files have, without its checkpoints; null: it was not asked (-IncludeSize).</summary>
    [Key(7)]
    public long? SizeBytes { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The volume's name.</summary>
    public override string ToString() => Name;
}
