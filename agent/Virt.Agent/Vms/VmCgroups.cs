using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Cgroups;

namespace Virt.Agent.Vms;

/// <summary>
/// The cgroups of all QEMUs, one for each run, under one parent of this agent's own. QEMU enters its own beside its own start, before its guest's first instruction: on v1 that takes
/// milliseconds, for which nobody waits.
/// </summary>
internal sealed class VmCgroups(CgroupTree tree, string stateFolder) : IAsyncDisposable
{
    // What QEMU itself takes at most: its translations of an emulated guest (1 GiB), its disks' tables, its stacks.
    private const long OwnBytes = 2L << 30;

    // It asks for disks with up to 64 threads for each loop that it runs, and has one for each CPU. One that starts thousands is no QEMU any more.
    private const int OwnThreads = 512;

    private readonly string parent = CgroupName.OfMachines(stateFolder);
    private readonly ConcurrentDictionary<Task, bool> removals = new();
    private long lastNumber = DateTime.UtcNow.Ticks;

    /// <summary>Which devices QEMU may open. Those that it is given are open already.</summary>
    internal static string[] Devices { get; } = ["c 1:3 rw", "c 1:5 rw", "c 1:9 r", "c 10:232 rw"];

    /// <summary>Gives processes what their machine may use together.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="processIds">Its QEMU, and its swtpm where it has one, as this process counts.</param>
    /// <param name="spec">What it is.</param>
    /// <exception cref="LinuxException">The host does not let us.</exception>
    public void Confine(Guid id, IReadOnlyList<int> processIds, VmSpec spec)
    {
        var cgroup = tree.Create(string.Create(CultureInfo.InvariantCulture, $"{parent}/{id:N}-{Interlocked.Increment(ref lastNumber):x}"));
        cgroup.SetDevices(Devices);
        cgroup.SetLimits(LimitsOf(spec, tree.Controllers.Contains("memory"), tree.Controllers.Contains("pids")));
        foreach (var processId in processIds)
        {
            cgroup.Enter(processId);
        }
    }

    /// <summary>What a machine's QEMU may use.</summary>
    internal static CgroupLimits LimitsOf(VmSpec spec, bool hasMemory, bool hasPids) => new()
    {
        // Swapped out as others are: a limit of memory alone would forbid it.
        MemoryBytes = hasMemory ? MostOf(spec) + OwnBytes : null,
        SwapBytes = hasMemory ? MostOf(spec) + OwnBytes : null,
        ProcessCount = hasPids ? OwnThreads + spec.ProcessorCount : null,
    };

    // What may come while it runs is counted from the beginning.
    private static long MostOf(VmSpec spec) => Math.Max(spec.AllMemory(), spec.MaximumMemoryBytes);

    /// <summary>Of a run that has ended: removes what is the machine's, now or, where the kernel still holds it, soon.</summary>
    public void Remove(Guid id)
    {
        foreach (var name in tree.Children(parent).Where(name => name.StartsWith(id.ToString("N"), StringComparison.Ordinal)))
        {
            var cgroup = tree.Open($"{parent}/{name}");
            if (!cgroup.TryRemove())
            {
                var removal = CgroupRemoval.RemoveAsync(cgroup);
                removals[removal] = true;
                _ = removal.ContinueWith(ended => removals.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }
    }

    /// <summary>Removes those that an agent before this one left. The kernel keeps those that a process is in.</summary>
    public void RemoveEmpty()
    {
        foreach (var name in tree.Children(parent))
        {
            tree.Open($"{parent}/{name}").TryRemove();
        }
    }

    /// <summary>Leaves nothing but the cgroups of machines that run.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(removals.Keys).ConfigureAwait(false);
        RemoveEmpty();
        tree.RemoveParent(parent);
    }
}
