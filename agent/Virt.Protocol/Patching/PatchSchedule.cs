using System;
using MessagePack;

namespace Virt;

/// <summary>When workloads are patched by themselves.</summary>
[MessagePackObject]
public sealed partial record PatchSchedule
{
    /// <summary>Its name, unique on the host.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Five fields as in crontab(5), such as <c>0 3 * * SUN</c>.</summary>
    [Key(1)]
    public string Cron { get; set; } = "";

    /// <summary>An IANA time zone, such as <c>Europe/Berlin</c>.</summary>
    [Key(2)]
    public string TimeZone { get; set; } = "UTC";

    /// <summary>How long after its time workloads may still be begun.</summary>
    [Key(3)]
    public TimeSpan Window { get; set; } = TimeSpan.FromHours(4);

    /// <summary>What becomes of a missed run.</summary>
    [Key(4)]
    public MissedRunPolicy MissedRun { get; set; }

    /// <summary>Virtual machines by name or pattern, looked up at each run.</summary>
    [Key(5)]
    public string[] VMNames { get; set; } = [];

    /// <summary>Containers by name or pattern, looked up at each run.</summary>
    [Key(6)]
    public string[] ContainerNames { get; set; } = [];

    /// <summary>Which packages.</summary>
    [Key(7)]
    public PatchFilter Filter { get; set; } = new();

    /// <summary>How.</summary>
    [Key(8)]
    public PatchOptions Options { get; set; } = new();

    /// <summary>When it runs next; null where its time never comes.</summary>
    [Key(9)]
    public DateTimeOffset? NextRunTime { get; set; }

    /// <summary>When it last ran; null: never.</summary>
    [Key(10)]
    public DateTimeOffset? LastRunTime { get; set; }

    /// <summary>What it did then: Get-PatchHistory -Id.</summary>
    [Key(11)]
    public Guid? LastRunId { get; set; }

    /// <summary>How that ended, or why a run was left out.</summary>
    [Key(12)]
    public string LastMessage { get; set; } = "";

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}
