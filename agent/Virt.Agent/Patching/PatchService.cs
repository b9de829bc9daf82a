using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Events;
using Virt.Agent.Operations;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>
/// Patches virtual machines and containers by one engine: plan, preflight, checkpoint, apply, replace or reboot, health, keep or put back (docs/adr/0011). A run is an
/// operation and a row; each of its steps is written before it begins and after it ended.
/// </summary>
public sealed partial class PatchService : IAsyncDisposable
{
    // Each asks a package manager, which keeps a processor busy; a host has few.
    private const int AskedAtOnce = 4;

    private readonly PatchStore store;
    private readonly OperationService operations;
    private readonly IWorkloads workloads;
    private readonly IReadOnlyList<IPackageManager> managers;
    private readonly string hostName;
    private readonly TimeProvider time;
    private readonly EventHub events;
    private readonly ActivePatches active = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Makes the service; <see cref="RecoverAsync"/> must follow before any request.</summary>
    /// <param name="table">Stored runs.</param>
    /// <param name="operations">Lets interrupted runs go on.</param>
    /// <param name="workloads">Finds what can be patched.</param>
    /// <param name="managers">The package managers, in the order in which they are looked for.</param>
    /// <param name="hostName">This host's name, for plans.</param>
    /// <param name="time">The clock.</param>
    /// <param name="events">Is told what has become of each workload; null: nobody is.</param>
    public PatchService(PatchTable table, OperationService operations, IWorkloads workloads, IReadOnlyList<IPackageManager> managers, string hostName, TimeProvider time, EventHub? events = null)
    {
        store = new PatchStore(table);
        this.operations = operations;
        this.workloads = workloads;
        this.managers = managers;
        this.hostName = hostName;
        this.time = time;
        this.events = events ?? new EventHub(time, 1);
    }

    /// <summary>Says whether a run works on a workload, by its id.</summary>
    public bool IsPatched(Guid workload) => active.Has(workload);

    /// <summary>Leaves runs that are under way as they are: the next agent goes on with them.</summary>
    public async ValueTask DisposeAsync() => await stopping.CancelAsync().ConfigureAwait(false);

    // In the order of the targets, a few at once.
    private static async Task<TResult[]> EachAsync<TResult>(IReadOnlyList<IPatchTarget> targets, Func<IPatchTarget, Task<TResult>> work, CancellationToken cancellation)
    {
        using var gate = new SemaphoreSlim(AskedAtOnce);
        return await Task.WhenAll(targets.Select(async target =>
        {
            await gate.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await work(target).ConfigureAwait(false);
            }
            finally
            {
                gate.Release();
            }
        })).ConfigureAwait(false);
    }

    private async Task<IPackageManager?> DetectAsync(IShell shell, CancellationToken cancellation)
    {
        foreach (var manager in managers)
        {
            if (await manager.DetectAsync(shell, cancellation).ConfigureAwait(false))
            {
                return manager;
            }
        }

        return null;
    }

    /// <exception cref="VirtException">NotSupported: another agent has planned it.</exception>
    private IPackageManager? ManagerOf(PatchPlanTarget target) => target.PackageManager.Length == 0 || target.Packages.Length == 0
        ? null
        : managers.FirstOrDefault(m => m.Name == target.PackageManager) ?? throw new VirtException(
            ErrorCode.NotSupported,
            "UnknownPackageManager",
            $"Cannot patch {PatchErrors.Words(target.Kind, target.Name)}: this agent does not know the package manager '{target.PackageManager}'.",
            target.Name,
            $"New-PatchPlan {PatchErrors.Argument(target.Kind, target.Name)}");
}
