using System;
using System.Collections.Generic;
using System.Threading;

namespace Virt.Agent.Containers;

/// <summary>
/// The levels of containers' SELinux labels: for each a pair of categories of its own, without which nobody comes to its files. Drawn, since others on the host draw theirs too (podman, libvirt).
/// </summary>
internal sealed class LabelLevels
{
    /// <summary>How many categories a policy has.</summary>
    public const int Categories = 1024;

    private readonly Lock gate = new();
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly Random random;

    /// <summary>Makes it.</summary>
    /// <param name="random">What draws; null: anything.</param>
    public LabelLevels(Random? random = null) => this.random = random ?? Random.Shared;

    /// <summary>Takes one that a stored container has; empty is none.</summary>
    public void Keep(string level)
    {
        lock (gate)
        {
            if (level.Length > 0)
            {
                taken.Add(level);
            }
        }
    }

    /// <summary>Takes one that no container has, such as <c>s0:c12,c345</c>. There are half a million, which is more than there are ids for containers.</summary>
    public string Take()
    {
        lock (gate)
        {
            while (true)
            {
                var (one, other) = (random.Next(Categories), random.Next(Categories));
                var level = FormattableString.Invariant($"s0:c{Math.Min(one, other)},c{Math.Max(one, other)}");
                if (one != other && taken.Add(level))
                {
                    return level;
                }
            }
        }
    }

    /// <summary>Gives one back; empty is none.</summary>
    public void Give(string level)
    {
        lock (gate)
        {
            taken.Remove(level);
        }
    }
}
