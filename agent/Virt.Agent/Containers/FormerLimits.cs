using System.Collections.Generic;

namespace Virt.Agent.Containers;

/// <summary>What the processes of a container were held to before a change. Stored as JSON.</summary>
/// <param name="Ulimits">Limits of each.</param>
/// <param name="OutOfMemoryScore">-1000 to 1000.</param>
public sealed record FormerLimits(IReadOnlyList<ContainerUlimit> Ulimits, int OutOfMemoryScore);
