using System.Collections.Generic;
using System.Linq;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>What all processes of a container are to be held to that runs: its difference to what holds now.</summary>
/// <param name="Limits">The limits that are others.</param>
/// <param name="Score">The score; null: it is the same.</param>
internal sealed record ProcessHold(IReadOnlyList<ResourceLimit> Limits, int? Score)
{
    /// <summary>The difference between two specs.</summary>
    /// <param name="from">What holds.</param>
    /// <param name="to">What is to hold.</param>
    /// <param name="usual">What a process has of a limit that nobody has given, by its number; null: it stays.</param>
    public static ProcessHold Between(FormerLimits from, FormerLimits to, System.Func<int, ResourceLimit?> usual)
    {
        var limits = from.Ulimits.Concat(to.Ulimits).Select(static one => one.Resource).Distinct()
            .Where(resource => Of(from, resource) != Of(to, resource))
            .Select(resource => Of(to, resource) is { } given ? new ResourceLimit(resource, given.Soft, given.Hard) : usual(resource))
            .OfType<ResourceLimit>();
        return new ProcessHold([.. limits], from.OutOfMemoryScore == to.OutOfMemoryScore ? null : to.OutOfMemoryScore);
    }

    /// <summary>What a container's processes are held to.</summary>
    public static FormerLimits Of(ContainerSpec spec) => new(spec.Ulimits, spec.OutOfMemoryScore);

    /// <summary>True where two specs hold processes to the same.</summary>
    public static bool IsSame(ContainerSpec one, ContainerSpec other) => one.OutOfMemoryScore == other.OutOfMemoryScore && one.Ulimits.SequenceEqual(other.Ulimits);

    // Where one is given twice, the last counts, as at a start.
    private static ContainerUlimit? Of(FormerLimits limits, int resource) => limits.Ulimits.LastOrDefault(one => one.Resource == resource);
}
