using System;

namespace Virt.Agent.Vms;

/// <summary>When checkpoints of a machine are made by themselves, and how long those stay; stored as JSON.</summary>
public sealed record VmCheckpointPlan
{
    /// <summary>Minute, hour, day of the month, month and day of the week, as in crontab(5).</summary>
    public required string Cron { get; init; }

    /// <summary>On whose clock: an IANA name.</summary>
    public required string TimeZone { get; init; }

    /// <summary>So long after it was made each of them goes by itself.</summary>
    public required TimeSpan ExpiresAfter { get; init; }

    /// <summary>Until when its times have been dealt with.</summary>
    public required DateTimeOffset Considered { get; init; }

    /// <summary>Why there is no checkpoint of its last time; null: there is one, or there was no time yet.</summary>
    public string? Problem { get; init; }
}
