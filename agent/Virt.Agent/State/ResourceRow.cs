using System;

namespace Virt.Agent.State;

/// <summary>A VM or container as it is stored.</summary>
public sealed record ResourceRow
{
    /// <summary>Its id, for life.</summary>
    public required Guid Id { get; init; }

    /// <summary>Which kind of thing: <c>vm</c> or <c>container</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its name, unique within its kind whatever its case.</summary>
    public required string Name { get; init; }

    /// <summary>What it is doing; written before the step that it names. The words are its service's.</summary>
    public required string Phase { get; init; }

    /// <summary>What it was asked to be, as its service's JSON.</summary>
    public required string Spec { get; init; }

    /// <summary>What is true of its present or last run, as its service's JSON; null where it never ran.</summary>
    public string? Run { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }
}
