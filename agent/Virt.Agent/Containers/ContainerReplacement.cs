using System;

namespace Virt.Agent.Containers;

/// <summary>What came of taking a container to another generation.</summary>
public sealed record ContainerReplacement
{
    /// <summary>The generation that it is now.</summary>
    public required int Generation { get; init; }

    /// <summary>The one that it was.</summary>
    public required int Former { get; init; }

    /// <summary>It ran before, and so runs now.</summary>
    public required bool WasRunning { get; init; }

    /// <summary>From the end of the former first process to the start of the present one; zero where it did not run.</summary>
    public required TimeSpan Downtime { get; init; }

    /// <summary>What the former generation had written and the present one does not have. Where it was put back, this is lost.</summary>
    public required ContainerWrites FilesLeftBehind { get; init; }
}
