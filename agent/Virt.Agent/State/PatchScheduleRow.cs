using System;

namespace Virt.Agent.State;

/// <summary>A patch schedule as it is stored.</summary>
public sealed record PatchScheduleRow
{
    /// <summary>Its name, which is its key.</summary>
    public required string Name { get; init; }

    /// <summary>What the user registered, as JSON.</summary>
    public required string Spec { get; init; }

    /// <summary>Every time of it up to this instant has been run, or left out.</summary>
    public required DateTimeOffset Considered { get; init; }

    /// <summary>The time whose run was about to be started: written before the start, gone after it.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>When it last ran; null: never.</summary>
    public DateTimeOffset? LastRun { get; init; }

    /// <summary>The run's operation.</summary>
    public Guid? LastRunId { get; init; }

    /// <summary>How that ended, or why a run was left out.</summary>
    public string LastMessage { get; init; } = "";
}
