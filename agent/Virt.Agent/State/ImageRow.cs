using System;

namespace Virt.Agent.State;

/// <summary>A container image as it is stored.</summary>
public sealed record ImageRow
{
    /// <summary>Its manifest's digest.</summary>
    public required string Id { get; init; }

    /// <summary>What it consists of, as its service's JSON.</summary>
    public required string Spec { get; init; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset Added { get; init; }

    /// <summary>When it was last named or a container was made from it.</summary>
    public required DateTimeOffset Used { get; init; }
}
