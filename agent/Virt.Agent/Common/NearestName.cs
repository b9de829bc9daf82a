using System;
using System.Collections.Generic;

namespace Virt.Agent.Common;

/// <summary>Finds the name that the user probably meant.</summary>
public static class NearestName
{
    /// <summary>The name with the fewest edits from what was typed; null where none is near enough to be meant (a third of its letters; two at least, and one of three or fewer).</summary>
    public static string? Of(string typed, IEnumerable<string> names)
    {
        string? best = null;
        var fewest = Math.Max(typed.Length <= 3 ? 1 : 2, typed.Length / 3) + 1;
        foreach (var name in names)
        {
            var edits = Edits(typed.ToUpperInvariant(), name.ToUpperInvariant());
            if (edits < fewest)
            {
                fewest = edits;
                best = name;
            }
        }

        return best;
    }

    // Levenshtein's distance with neighbours swapped as one edit (optimal string alignment).
    private static int Edits(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var now = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            now[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                now[j] = Math.Min(Math.Min(now[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    now[j] = Math.Min(now[j], before[j - 2] + 1);
                }
            }

            (before, last, now) = (last, now, before);
        }

        return last[b.Length];
    }
}
