using System;

namespace Virt.Agent.State;

/// <summary>One workload of a patch run as it is stored.</summary>
public sealed record PatchTargetRow
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>Its place in the run, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>The workload's id.</summary>
    public required Guid Workload { get; init; }

    /// <summary>When its last step ended; null while there are steps left.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>True where it was patched, and that was not taken back.</summary>
    public required bool IsPatched { get; init; }

    /// <summary>True where it can still be put back.</summary>
    public required bool IsKept { get; init; }

    /// <summary>How far it has come, as its service's JSON.</summary>
    public required string Journal { get; init; }
}
