using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Changes a machine. What is null stays as it is. What cannot change while it runs waits for its next start.</summary>
[MessagePackObject]
public sealed partial record SetVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>32 MB to the host's memory. Waits for the next start.</summary>
    [Key(2)]
    public long? MemoryStartupBytes { get; set; }

    /// <summary>1 to 240. Waits for the next start.</summary>
    [Key(3)]
    public int? ProcessorCount { get; set; }

    /// <summary>The user's own words.</summary>
    [Key(4)]
    public string? Notes { get; set; }

    /// <summary>Whether it is started when its host has started.</summary>
    [Key(5)]
    public VMStartAction? AutomaticStartAction { get; set; }

    /// <summary>So long after its host.</summary>
    [Key(6)]
    public TimeSpan? AutomaticStartDelay { get; set; }

    /// <summary>The machines that are started before it.</summary>
    [Key(7)]
    public string[]? After { get; set; }

    /// <summary>What becomes of it when its host stops.</summary>
    [Key(8)]
    public VMStopAction? AutomaticStopAction { get; set; }

    /// <summary>All ports of the host that lead to it, as for NewVM.</summary>
    [Key(9)]
    public string[]? Publish { get; set; }

    /// <summary>All who may come to them; empty: anybody.</summary>
    [Key(10)]
    public string[]? AllowFrom { get; set; }

    /// <summary>How many devices of their own can come while it runs, 0 to 16. Waits for the next start.</summary>
    [Key(11)]
    public int? HotplugPortCount { get; set; }

    /// <summary>What its checkpoints are where nobody says it, or that there are none.</summary>
    [Key(12)]
    public VMCheckpointType? CheckpointType { get; set; }

    /// <summary>What becomes of it when its guest has not fed its watchdog in time; None: it has no watchdog. Only while it is off.</summary>
    [Key(13)]
    public VMWatchdogAction? WatchdogAction { get; set; }

    /// <summary>What is to be asked otherwise of its guest, at once; null: nothing.</summary>
    [Key(14)]
    public HealthCheckChange? Health { get; set; }

    /// <summary>True where its guest is to have a USB tablet, by which viewers of its screen point where they point. Only while it is off.</summary>
    [Key(15)]
    public bool? HasUsbTablet { get; set; }

    /// <summary>When checkpoints of it are made by themselves, as in crontab(5); empty: never.</summary>
    [Key(16)]
    public string? CheckpointSchedule { get; set; }

    /// <summary>On whose clock: an IANA name. UTC, where nobody has ever said it.</summary>
    [Key(17)]
    public string? CheckpointTimeZone { get; set; }

    /// <summary>So long after it was made each of these goes by itself, a minute to 100 years; a schedule must have it.</summary>
    [Key(18)]
    public TimeSpan? CheckpointExpiresAfter { get; set; }

    /// <summary>True where its guest is to get an agent of its own, for containers in it. Only while it is off; an agent that its guest has stays on its disk.</summary>
    [Key(19)]
    public bool? HasAgent { get; set; }
}
