using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Cgroups;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>
/// The cgroups of all runs, under one parent of this agent's own. Some are made ready ahead: on v2 one, with its filter of devices; on v1 several, each with a launching thread of
/// the keeper in it: entering a cgroup of v1 waits for the kernel for up to 12 ms, being born in it does not.
/// </summary>
internal sealed class ContainerCgroups : IAsyncDisposable
{
    // The last one is for commands.
    private const int StartThreads = Keeper.ReadyThreads - 1;

    private readonly CgroupTree tree;
    private readonly Keeper keeper;
    private readonly string parent;
    private readonly SemaphoreSlim filling = new(1, 1);
    private readonly CgroupLease?[] ready;
    private readonly ConcurrentDictionary<string, bool> shared = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource tidied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isDisposed;
    private long lastNumber = DateTime.UtcNow.Ticks / 10;

    public ContainerCgroups(CgroupTree tree, Keeper keeper, string stateFolder, TimeProvider time)
    {
        this.tree = tree;
        this.keeper = keeper;
        ready = new CgroupLease?[HasThreads ? StartThreads : 1];
        Seat = HasThreads ? new CommandSeat(keeper, tree, StartThreads, time) : null;
        parent = CgroupName.OfAgent(stateFolder);
    }

    /// <summary>Which interface and which hierarchies there are.</summary>
    public CgroupTree Tree => tree;

    // v1: threads of the keeper sit in cgroups, and what they launch is born there.
    private bool HasThreads => tree.Version == CgroupVersion.V1;

    /// <summary>v1: where commands are born; null where no such thing is needed.</summary>
    public CommandSeat? Seat { get; }

    /// <summary>Names the cgroup of a run.</summary>
    public Cgroup Open(string name) => tree.Open($"{parent}/{name}");

    /// <summary>Reads what many of them use; to be disposed.</summary>
    public CgroupMemory OpenMemory() => new(tree, parent);

    /// <summary>The name of a cgroup, as a run stores it.</summary>
    public static string NameOf(Cgroup cgroup) => cgroup.Path[(cgroup.Path.LastIndexOf('/') + 1)..];

    /// <summary>Gives a new cgroup: one that is ready, or else one made now.</summary>
    /// <param name="limits">What the run needs: one in further hierarchies is none of those that are ready.</param>
    public CgroupLease Take(CgroupLimits limits)
    {
        if (limits.Extra.Count > 0)
        {
            return Make(0, limits.Extra);
        }

        for (var thread = 0; thread < ready.Length; thread++)
        {
            if (Interlocked.Exchange(ref ready[thread], null) is { } lease)
            {
                if (lease.ReadySet != 0)
                {
                    shared[NameOf(lease.Cgroup)] = true;
                }

                return lease;
            }
        }

        return Make(0);
    }

    /// <summary>Sets the limits of a run before it is launched. The thread that still sits in a ready cgroup counts as one process.</summary>
    public static void SetLimits(CgroupLease lease, CgroupLimits limits) =>
        lease.Cgroup.SetLimits(lease.ReadySet == 0 ? limits : limits with { ProcessCount = limits.ProcessCount + 1 });

    /// <summary>Off the path of any request: makes cgroups ready, on v1 for all threads.</summary>
    public async Task FillAsync()
    {
        for (var thread = 0; thread < ready.Length; thread++)
        {
            await FillAsync(thread).ConfigureAwait(false);
        }
    }

    /// <summary>Off the path of the request: makes the next one ready; on v1 the thread hops there from the lease that was used, whereby its limit becomes exact.</summary>
    public async Task ReplaceAsync(CgroupLease used, CgroupLimits limits)
    {
        if (!HasThreads)
        {
            await FillAsync(0).ConfigureAwait(false);
            return;
        }

        if (used.ReadySet == 0)
        {
            return;
        }

        await FillAsync((int)(used.ReadySet % Keeper.ReadyThreads)).ConfigureAwait(false);
        if (limits.ProcessCount is { } count && used.Cgroup.Exists)
        {
            used.Cgroup.SetLimits(new CgroupLimits { ProcessCount = count });
        }

        shared.TryRemove(NameOf(used.Cgroup), out _);
    }

    /// <summary>What it uses, without the keeper's thread that may be in it.</summary>
    public CgroupUsage ReadUsage(string name)
    {
        var usage = Open(name).ReadUsage();
        return usage.ProcessCount is { } count && (IsShared(name) || Seat?.IsIn(name) == true) ? usage with { ProcessCount = Math.Max(0, count - 1) } : usage;
    }

    /// <summary>Returns when no thread of the keeper waits in a run's cgroup for a command. To be called under its container's lock.</summary>
    public async Task LeaveAsync(string name)
    {
        if (Seat is not null)
        {
            await tidied.Task.ConfigureAwait(false); // of an agent before this one
            await Seat.LeaveAsync(name).ConfigureAwait(false);
        }
    }

    /// <summary>True as long as a thread of the keeper may sit in a run's cgroup, which must not be frozen with it.</summary>
    public bool IsShared(string name) => shared.ContainsKey(name);

    /// <summary>Removes the cgroup of a run that has ended; tries again for a while where the kernel still holds it.</summary>
    public async Task RemoveAsync(string name)
    {
        if (name.Length == 0)
        {
            return;
        }

        if (Seat is not null)
        {
            await Seat.LeaveAsync(name).ConfigureAwait(false);
        }

        await CgroupRemoval.RemoveAsync(Open(name)).ConfigureAwait(false);
    }

    /// <summary>The names of the cgroups that an agent before this one left. Asked before this one makes any.</summary>
    /// <param name="inUse">The names of those of living runs.</param>
    public IReadOnlyList<string> Others(IReadOnlySet<string> inUse)
    {
        var others = new List<string>();
        foreach (var name in tree.Children(parent))
        {
            if (!inUse.Contains(name))
            {
                others.Add(name);
            }
        }

        return others;
    }

    /// <summary>Removes them, after the keeper's threads have left them.</summary>
    public async Task RemoveAsync(IReadOnlyList<string> others)
    {
        try
        {
            if (others.Count > 0)
            {
                await GoHomeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            tidied.TrySetResult();
        }

        foreach (var name in others)
        {
            await RemoveAsync(name).ConfigureAwait(false);
        }
    }

    /// <summary>Leaves nothing but the cgroups of living runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Seat is not null)
        {
            await Seat.DisposeAsync().ConfigureAwait(false);
        }

        await filling.WaitAsync().ConfigureAwait(false);
        isDisposed = true;
        if (Array.Exists(ready, static lease => lease is not null))
        {
            await GoHomeAsync().ConfigureAwait(false);
        }

        for (var thread = 0; thread < ready.Length; thread++)
        {
            if (Interlocked.Exchange(ref ready[thread], null) is { } unused)
            {
                unused.Dispose();
                await RemoveAsync(NameOf(unused.Cgroup)).ConfigureAwait(false);
            }
        }

        tree.RemoveParent(parent);
        filling.Release();
    }

    private async Task FillAsync(int thread)
    {
        await filling.WaitAsync().ConfigureAwait(false);
        try
        {
            if (isDisposed || Volatile.Read(ref ready[thread]) is not null)
            {
                return;
            }

            var next = Make(HasThreads ? ((ulong)Interlocked.Increment(ref lastNumber) * Keeper.ReadyThreads) + (ulong)thread : 0);
            if (HasThreads)
            {
                await SitAsync(next.ReadySet, next.Cgroup.OpenForThread()).ConfigureAwait(false);
            }

            Volatile.Write(ref ready[thread], next);
        }
        catch (LinuxException e)
        {
            // The next container enters its cgroup the slow way.
            AgentLog.Error("Could not make a cgroup ready", e);
        }
        finally
        {
            filling.Release();
        }
    }

    private CgroupLease Make(ulong set, IReadOnlyList<string>? extra = null)
    {
        var cgroup = tree.Create($"{parent}/{Interlocked.Increment(ref lastNumber):x}");
        if (extra is not null)
        {
            tree.CreateExtra(cgroup.Path, extra);
        }

        cgroup.SetDevices(Rootfs.Devices);
        return new CgroupLease(cgroup, set, cgroup.OpenForBirth(), cgroup.OpenForEntry());
    }

    private async Task GoHomeAsync()
    {
        for (var thread = 0; thread < (HasThreads ? Keeper.ReadyThreads : 0); thread++)
        {
            await SitAsync((ulong)thread, tree.OpenOwn()).ConfigureAwait(false);
        }
    }

    private Task SitAsync(ulong set, IReadOnlyList<Microsoft.Win32.SafeHandles.SafeFileHandle> tasks) => SitAsync(keeper, set, tasks);

    /// <summary>Lets a thread of the keeper sit where the files say, and closes them.</summary>
    internal static async Task SitAsync(Keeper keeper, ulong set, IReadOnlyList<Microsoft.Win32.SafeHandles.SafeFileHandle> tasks)
    {
        try
        {
            await keeper.ReadyAsync(set, tasks).ConfigureAwait(false);
        }
        finally
        {
            foreach (var file in tasks)
            {
                file.Dispose();
            }
        }
    }
}
