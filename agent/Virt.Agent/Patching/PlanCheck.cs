using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Patching;

/// <summary>Compares what a plan pins with what the package manager would do now.</summary>
public static class PlanCheck
{
    /// <summary>What differs, one phrase each; empty: installing the plan's versions does exactly what the plan says.</summary>
    public static List<string> Differences(IReadOnlyList<PatchPackage> planned, PackageChanges now)
    {
        var differences = new List<string>();
        var found = now.Packages.ToDictionary(PackageKey.Of);
        foreach (var package in planned)
        {
            if (!found.Remove(PackageKey.Of(package), out var would))
            {
                differences.Add($"{package.Name} is {package.ToVersion} already");
            }
            else if (would.FromVersion != package.FromVersion)
            {
                differences.Add($"{package.Name} is {Version(would.FromVersion)}, the plan has {Version(package.FromVersion)}");
            }
            else if (would.ToVersion != package.ToVersion)
            {
                differences.Add($"{package.Name} would become {would.ToVersion}, the plan has {package.ToVersion}");
            }
        }

        differences.AddRange(found.Values.Select(static more => $"it would also need {more}"));
        differences.AddRange(now.Removed.Select(static name => $"{name} would be removed"));
        return differences;
    }

    private static string Version(string version) => version.Length == 0 ? "not installed" : version;
}
