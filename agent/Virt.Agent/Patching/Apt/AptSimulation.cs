using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;

namespace Virt.Agent.Patching.Apt;

/// <summary>Reads what <c>apt-get --simulate</c> would do. Source: apt-get(8), and SimulateWithoutNewPackages in apt's apt-pkg/algorithms.cc.</summary>
public static partial class AptSimulation
{
    /// <summary>The changes that its output names.</summary>
    public static PackageChanges Parse(string output)
    {
        var packages = new List<PatchPackage>();
        var removed = new List<string>();
        foreach (var line in output.Split('\n'))
        {
            if (Installed().Match(line) is { Success: true } found)
            {
                var origin = found.Groups["origin"].Value;
                packages.Add(new PatchPackage
                {
                    Name = found.Groups["name"].Value,
                    Architecture = found.Groups["architecture"].Value,
                    FromVersion = found.Groups["from"].Value,
                    ToVersion = found.Groups["to"].Value,
                    Origin = origin,
                    IsSecurity = IsSecurity(origin),
                });
            }
            else if (Removed().Match(line) is { Success: true } gone)
            {
                removed.Add(gone.Groups["name"].Value);
            }
        }

        return new PackageChanges(packages, removed);
    }

    /// <summary>True for <c>Debian-Security:12/stable-security</c>, <c>Ubuntu:22.04/jammy-security</c> and their like.</summary>
    public static bool IsSecurity(string origin) => origin.Contains("-security", StringComparison.OrdinalIgnoreCase) || origin.Contains("Security:", StringComparison.OrdinalIgnoreCase);

    // Inst libc6:i386 [2.36-9] (2.36-10 Debian:12.15/stable, Debian-Security:12/stable-security [i386]) [what breaks meanwhile]
    // The name has its architecture only where that is not the machine's own.
    [GeneratedRegex(@"^Inst (?<name>[^ :]+)(:[^ ]+)?( \[(?<from>[^\]]+)\])? \((?<to>[^ ]+)( (?<origin>[^\[]*[^\[ ]))? \[(?<architecture>[^\]]+)\]\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Installed();

    [GeneratedRegex(@"^Remv (?<name>[^ :]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Removed();
}
