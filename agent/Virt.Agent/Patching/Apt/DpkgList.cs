using System;
using System.Collections.Generic;

namespace Virt.Agent.Patching.Apt;

/// <summary>Reads what <c>dpkg-query --show</c> lists. Source: dpkg-query(1), --showformat.</summary>
public static class DpkgList
{
    /// <summary>The format that <see cref="Parse"/> reads.</summary>
    public const string Format = @"${Package}\t${Architecture}\t${Version}\t${db:Status-Abbrev}\n";

    /// <summary>The installed versions by <see cref="PackageKey"/>; one that is only half installed is not among them.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string output)
    {
        var installed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n'))
        {
            // The status is "wanted, is, error": ii is installed, hi is installed and held; a third letter is an error.
            if (line.Split('\t') is [var name, var architecture, var version, { Length: >= 2 } status] && status[1] == 'i' && status.TrimEnd().Length == 2)
            {
                installed[PackageKey.Of(name, architecture)] = version;
            }
        }

        return installed;
    }
}
