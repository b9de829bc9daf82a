using System;

namespace Virt.Agent.State;

/// <summary>A patch run as it is stored, without its workloads.</summary>
public sealed record PatchRunRow
{
    /// <summary>Its id, which is also its operation's.</summary>
    public required Guid Id { get; init; }

    /// <summary>What has become of it.</summary>
    public required OperationState State { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The user who asked for it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>The schedule that asked for it; empty: a user did.</summary>
    public required string Schedule { get; init; }

    /// <summary>Why it ended early, where it did.</summary>
    public required string Message { get; init; }

    /// <summary>What it was asked to do, as its service's JSON.</summary>
    public required string Spec { get; init; }
}
