using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Common;

/// <summary>In which order workloads are started that name others which come before them: pure.</summary>
internal static class StartOrder
{
    /// <summary>The ring that a workload would be in which none could be the first of: its name at both ends, such as a, b, a.</summary>
    /// <param name="name">The workload.</param>
    /// <param name="after">Those that it is to come after.</param>
    /// <param name="afterOf">Those that another comes after; none of one that does not exist.</param>
    /// <returns>Empty: there is none.</returns>
    public static IReadOnlyList<string> RingOf(string name, IReadOnlyList<string> after, Func<string, IReadOnlyList<string>> afterOf)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var way = new List<string> { name };
        return Leads(after) ? way : [];

        bool Leads(IReadOnlyList<string> names)
        {
            foreach (var other in names)
            {
                way.Add(other);
                if (other.Equals(name, StringComparison.OrdinalIgnoreCase) || (seen.Add(other) && Leads(afterOf(other))))
                {
                    return true;
                }

                way.RemoveAt(way.Count - 1);
            }

            return false;
        }
    }

    /// <summary>Refuses such a ring.</summary>
    /// <param name="verb">What is done.</param>
    /// <param name="kind"><c>VM</c> or <c>container</c>.</param>
    /// <param name="name">With which.</param>
    /// <param name="after">As above; null: it is not said.</param>
    /// <param name="afterOf">As above.</param>
    /// <exception cref="VirtException">InvalidArgument: it would be in a ring, and in which.</exception>
    public static void CheckRing(string verb, string kind, string name, IReadOnlyList<string>? after, Func<string, IReadOnlyList<string>> afterOf)
    {
        var ring = RingOf(name, after ?? [], afterOf);
        if (ring.Count > 0)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument,
                "StartOrderRing",
                $"Cannot {verb} {kind} '{name}': each would be started after the next, and none first: {string.Join(" after ", ring.Select(static one => $"'{one}'"))}.",
                name,
                $"Set-{ResourceName.Noun(kind)} {ring[^2]} -After @()");
        }
    }

    /// <summary>All in an order in which each comes after those that it names; a circle is broken somewhere.</summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> items, Func<T, string> name, Func<T, IReadOnlyList<string>> after)
    {
        var ordered = new List<T>(items.Count);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in items)
        {
            Visit(item);
        }

        return ordered;

        void Visit(T item)
        {
            if (!seen.Add(name(item)))
            {
                return;
            }

            foreach (var before in after(item))
            {
                if (items.FirstOrDefault(i => name(i).Equals(before, StringComparison.OrdinalIgnoreCase)) is { } other)
                {
                    Visit(other);
                }
            }

            ordered.Add(item);
        }
    }
}
