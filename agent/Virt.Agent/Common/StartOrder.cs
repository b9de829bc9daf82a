using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Common;

/// <summary>In which order workloads are started that name others which come before them: pure.</summary>
internal static class StartOrder
{
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
