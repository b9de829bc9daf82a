using System.Collections.Generic;

namespace Virt.Agent.Patching;

/// <summary>What a package manager would do.</summary>
/// <param name="Packages">What it would install, with the version that is there and the one that it would be.</param>
/// <param name="Removed">The names of what it would remove.</param>
public sealed record PackageChanges(IReadOnlyList<PatchPackage> Packages, IReadOnlyList<string> Removed);
