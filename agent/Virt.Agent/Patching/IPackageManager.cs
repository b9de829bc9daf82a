using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Patching;

/// <summary>
/// What the engine needs of a package manager; each question is one or two programs run through a shell. It keeps nothing: the same instance serves all workloads.
/// docs/adr/0011 says how apk, dnf and zypper fit.
/// </summary>
public interface IPackageManager
{
    /// <summary>Such as <c>apt</c>.</summary>
    string Name { get; }

    /// <summary>True where the workload has it.</summary>
    Task<bool> DetectAsync(IShell shell, CancellationToken cancellation);

    /// <summary>Fetches the lists of packages anew.</summary>
    /// <exception cref="PackageException">Unavailable: a list could not be fetched; Conflict: another program holds the lock.</exception>
    Task RefreshAsync(IShell shell, CancellationToken cancellation);

    /// <summary>All that a full upgrade would install, held packages left out.</summary>
    /// <exception cref="PackageException">Unavailable: it could not say.</exception>
    Task<PackageChanges> ListPendingAsync(IShell shell, CancellationToken cancellation);

    /// <summary>All that installing exactly these versions would change: they themselves and what they need.</summary>
    /// <exception cref="PackageException">PlanOutOfDate: a version is not offered any more; Unavailable: it could not say.</exception>
    Task<PackageChanges> ResolveAsync(IShell shell, IReadOnlyList<PatchPackage> packages, CancellationToken cancellation);

    /// <summary>Installs exactly these versions, removes nothing, and asks nobody anything.</summary>
    /// <returns>What the package manager wrote.</returns>
    /// <exception cref="PackageException">It did not: which package failed, and what it wrote.</exception>
    Task<string> ApplyAsync(IShell shell, IReadOnlyList<PatchPackage> packages, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>What is installed, in whole: the version by <see cref="PackageKey"/>.</summary>
    Task<IReadOnlyDictionary<string, string>> ReadInstalledAsync(IShell shell, CancellationToken cancellation);

    /// <summary>True where the system says that it needs a reboot.</summary>
    Task<bool> IsRebootRequiredAsync(IShell shell, CancellationToken cancellation);

    /// <summary>Takes away what says that a reboot is needed; it is no error where nothing says so.</summary>
    Task ForgetRebootAsync(IShell shell, CancellationToken cancellation);
}
