using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Common;

namespace Virt.Agent.Patching;

/// <summary>Which of the waiting packages a filter means.</summary>
public static class PackageSelection
{
    /// <summary>True where the filter leaves out nothing.</summary>
    public static bool IsAll(PatchFilter filter) => filter is { SecurityOnly: false, Include.Length: 0, Exclude.Length: 0 };

    /// <summary>True where the package is meant.</summary>
    public static bool Matches(PatchFilter filter, PatchPackage package) =>
        (!filter.SecurityOnly || package.IsSecurity)
        && (filter.Include.Length == 0 || filter.Include.Any(pattern => NamePattern.Matches(pattern, package.Name)))
        && !IsExcluded(filter, package);

    /// <summary>True where the filter names it as one that must not be touched.</summary>
    public static bool IsExcluded(PatchFilter filter, PatchPackage package) => filter.Exclude.Any(pattern => NamePattern.Matches(pattern, package.Name));

    /// <summary>Those that are meant, in the order of their names.</summary>
    public static List<PatchPackage> Of(PatchFilter filter, IEnumerable<PatchPackage> pending) => [.. pending.Where(package => Matches(filter, package))];
}
