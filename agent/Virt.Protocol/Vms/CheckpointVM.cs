using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a checkpoint of a machine, which runs on where it runs.</summary>
[MessagePackObject]
public sealed partial record CheckpointVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The checkpoint's name; empty: made up of the machine's name and the time.</summary>
    [Key(2)]
    public string CheckpointName { get; set; } = "";

    /// <summary>The user's own words.</summary>
    [Key(3)]
    public string Notes { get; set; } = "";

    /// <summary>Where it is Standard: keep the memory of a running machine too, so that it goes on from there; else only its disk, as after a loss of power.</summary>
    [Key(4)]
    public bool IncludeMemory { get; set; } = true;

    /// <summary>How it is made; null: as the machine says.</summary>
    [Key(6)]
    public VMCheckpointType? CheckpointType { get; set; }

    /// <summary>So long after it was made it goes by itself; null: never.</summary>
    [Key(5)]
    public TimeSpan? ExpiresAfter { get; set; }
}
