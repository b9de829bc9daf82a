using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Patching;

namespace Virt.Tests.Patching;

/// <summary>A package manager whose archive is a dictionary.</summary>
internal sealed class FakePackageManager : IPackageManager
{
    public string Name => "fake";

    public bool IsThere { get; set; } = true;

    /// <summary>The newest version of each package.</summary>
    public Dictionary<string, string> Archive { get; } = new() { ["good:all"] = "2" };

    /// <summary>How often lists were fetched.</summary>
    public int Refreshes { get; private set; }

    /// <summary>Thrown by the next installation.</summary>
    public PackageException? Failure { get; set; }

    public Task<bool> DetectAsync(IShell shell, CancellationToken cancellation) => Task.FromResult(IsThere);

    public Task RefreshAsync(IShell shell, CancellationToken cancellation)
    {
        Refreshes++;
        return Task.CompletedTask;
    }

    public Task<PackageChanges> ListPendingAsync(IShell shell, CancellationToken cancellation) => Task.FromResult(new PackageChanges([.. Pending((FakeShell)shell)], []));

    public Task<PackageChanges> ResolveAsync(IShell shell, IReadOnlyList<PatchPackage> packages, CancellationToken cancellation) =>
        Task.FromResult(new PackageChanges([.. Pending((FakeShell)shell).Where(p => packages.Any(q => q.Name == p.Name))], []));

    public Task<string> ApplyAsync(IShell shell, IReadOnlyList<PatchPackage> packages, TimeSpan timeout, CancellationToken cancellation)
    {
        if (Failure is { } failure)
        {
            throw failure;
        }

        foreach (var package in packages)
        {
            ((FakeShell)shell).Installed[PackageKey.Of(package)] = package.ToVersion;
        }

        return Task.FromResult("done");
    }

    public Task<IReadOnlyDictionary<string, string>> ReadInstalledAsync(IShell shell, CancellationToken cancellation) => Task.FromResult<IReadOnlyDictionary<string, string>>(((FakeShell)shell).Installed);

    public Task<bool> IsRebootRequiredAsync(IShell shell, CancellationToken cancellation) => Task.FromResult(((FakeShell)shell).IsRebootRequired);

    public Task ForgetRebootAsync(IShell shell, CancellationToken cancellation)
    {
        ((FakeShell)shell).IsRebootRequired = false;
        return Task.CompletedTask;
    }

    private IEnumerable<PatchPackage> Pending(FakeShell shell) => Archive
        .Where(p => shell.Installed.GetValueOrDefault(p.Key) != p.Value)
        .Select(p => new PatchPackage { Name = p.Key.Split(':')[0], Architecture = p.Key.Split(':')[1], FromVersion = shell.Installed.GetValueOrDefault(p.Key) ?? "", ToVersion = p.Value });
}
