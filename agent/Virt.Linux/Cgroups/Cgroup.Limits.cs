using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Linux.Files;

namespace Virt.Linux.Cgroups;

public sealed partial class Cgroup
{
    private const int Period = 100_000; // microseconds
    private const long SmallestQuota = 1000;

    /// <summary>Sets what is given; what is null stays as it is.</summary>
    /// <exception cref="LinuxException">The host has no such controller (ENOENT), or the value cannot be.</exception>
    public void SetLimits(CgroupLimits limits)
    {
        if (limits.MemoryBytes is { } memory)
            SetMemory(memory, limits.SwapBytes ?? 0);
        if (limits.ReservedMemoryBytes is { } reserved)
            Write("memory", IsV2 ? "memory.low" : "memory.soft_limit_in_bytes", Text(reserved));
        if (limits.CpuCount is { } cpus)
            SetCpus(cpus);
        if (limits.CpuShares is { } shares)
            Write("cpu", IsV2 ? "cpu.weight" : "cpu.shares", Text(IsV2 ? WeightOf(shares) : shares));
        if (limits.CpuSet is { } set)
            SetCpuSet(set);
        if (limits.ProcessCount is { } processes)
            Write("pids", "pids.max", Text(processes));
        if (limits.BlockWeight is { } weight)
            SetBlockWeight(weight);
        foreach (var block in limits.Block)
            SetBlock(block);
    }

    /// <summary>Sets what is given, and takes away what was given before and is not now.</summary>
    /// <param name="from">What was set last.</param>
    /// <param name="to">What is to hold.</param>
    /// <exception cref="LinuxException">The host has no such controller (ENOENT), or the value cannot be.</exception>
    public void ChangeLimits(CgroupLimits from, CgroupLimits to)
    {
        SetLimits(to with { BlockWeight = to.BlockWeight == from.BlockWeight ? null : to.BlockWeight, Block = ChangedBlocks(from.Block, to.Block) });
        if (from.MemoryBytes is not null && to.MemoryBytes is null)
            SetMemory(null, null);
        if (from.ReservedMemoryBytes is not null && to.ReservedMemoryBytes is null)
            Write("memory", IsV2 ? "memory.low" : "memory.soft_limit_in_bytes", IsV2 ? "0" : "-1");
        if (from.CpuCount is not null && to.CpuCount is null && IsV2)
            Write("cpu", "cpu.max", $"max {Text(Period)}");
        else if (from.CpuCount is not null && to.CpuCount is null)
            Write("cpu", "cpu.cfs_quota_us", "-1");
        if (from.CpuShares is not null && to.CpuShares is null)
            Write("cpu", IsV2 ? "cpu.weight" : "cpu.shares", IsV2 ? "100" : "1024");
        if (from.CpuSet is not null && to.CpuSet is null)
            Write("cpuset", "cpuset.cpus", IsV2 ? "\n" : CpusAbove());
        if (from.ProcessCount is not null && to.ProcessCount is null)
            Write("pids", "pids.max", "max");
        if (from.BlockWeight is not null && to.BlockWeight is null)
            SetBlockWeight(100);
    }

    // Of a disk that had a limit which it is not to have, 0 says so.
    private static IReadOnlyList<BlockLimit> ChangedBlocks(IReadOnlyList<BlockLimit> from, IReadOnlyList<BlockLimit> to)
    {
        var gone = from.Where(one => to.All(other => other.Device != one.Device)).Select(static one => new BlockLimit(one.Device, null, null, null, null));
        return [.. to.Concat(gone).Select(one => from.FirstOrDefault(other => other.Device == one.Device) is not { } before ? one : one with
        {
            ReadBytes = one.ReadBytes ?? (before.ReadBytes is null ? null : 0),
            WriteBytes = one.WriteBytes ?? (before.WriteBytes is null ? null : 0),
            ReadOperations = one.ReadOperations ?? (before.ReadOperations is null ? null : 0),
            WriteOperations = one.WriteOperations ?? (before.WriteOperations is null ? null : 0),
        })];
    }

    // v1 counts memory and swap together, and the sum may never be below the memory: whichever grows goes first.
    private void SetMemory(long? memory, long? swap)
    {
        var unlimited = IsV2 ? "max" : "-1";
        var swapFile = File("memory", IsV2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
        // Where swap is not counted, the file is missing and nothing is to be done.
        var countsSwap = System.IO.File.Exists(swapFile);
        if (IsV2 || !countsSwap)
        {
            Write("memory", IsV2 ? "memory.max" : "memory.limit_in_bytes", memory is { } bytes ? Text(bytes) : unlimited);
            if (countsSwap)
                FileHandles.WriteText(swapFile!, swap is { } more ? Text(more) : unlimited);
            return;
        }

        var sum = memory is { } m ? Text(m + (swap ?? 0)) : unlimited;
        var grows = memory is null || Number("memory", "memory.memsw.limit_in_bytes") < memory + (swap ?? 0);
        if (grows)
            FileHandles.WriteText(swapFile!, sum);
        Write("memory", "memory.limit_in_bytes", memory is { } limit ? Text(limit) : unlimited);
        if (!grows)
            FileHandles.WriteText(swapFile!, sum);
    }

    // v1: one that had none stands in no hierarchy for them yet, and its processes have to go there. What they start comes after them; they come to an end but where something forks and forks.
    private void SetCpuSet(string set)
    {
        const int MostLooks = 100;
        var isIn = IsV2 || tree.Folder("cpuset", Path) is not { } folder || Directory.Exists(folder);
        if (!isIn)
            tree.CreateExtra(Path, ["cpuset"]);
        Write("cpuset", "cpuset.cpus", set);
        if (isIn)
            return;
        var entry = File("cpuset", "cgroup.procs")!;
        for (var look = 0; look < MostLooks; look++)
        {
            var there = new HashSet<int>(Ids(entry));
            var missing = ReadProcesses().Where(id => !there.Contains(id)).ToList();
            if (missing.Count == 0)
                return;
            foreach (var id in missing)
            {
                try
                {
                    FileHandles.WriteText(entry, Text(id));
                }
                catch (LinuxException e) when (e.Errno == Errno.ESRCH)
                {
                    // It has ended meanwhile.
                }
            }
        }

        throw new LinuxException("write", Errno.EAGAIN, entry);
    }

    private string CpusAbove() => System.IO.File.ReadAllText(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(tree.Folder("cpuset", Path)!)!, "cpuset.cpus")).Trim();

    private void SetCpus(double cpus)
    {
        var quota = Text(Math.Max(SmallestQuota, (long)(cpus * Period)));
        if (IsV2)
        {
            Write("cpu", "cpu.max", $"{quota} {Text(Period)}");
            return;
        }

        Write("cpu", "cpu.cfs_period_us", Text(Period));
        Write("cpu", "cpu.cfs_quota_us", quota);
    }

    // From 2 to 262144 to 1 to 10000, as the OCI runtimes do (runtime-spec, config-linux, cpu shares).
    private static long WeightOf(long shares) => 1 + ((shares - 2) * 9999 / 262142);

    // Which of the names there is depends on the kernel's disk scheduler (Documentation/block/bfq-iosched.rst).
    private void SetBlockWeight(long weight)
    {
        var names = IsV2 ? (string[])["io.bfq.weight", "io.weight"] : ["blkio.bfq.weight", "blkio.weight"];
        var controller = IsV2 ? "io" : "blkio";
        var name = names.FirstOrDefault(n => System.IO.File.Exists(File(controller, n))) ?? names[1];
        Write(controller, name, name == "io.weight" ? $"default {Text(weight)}" : Text(weight));
    }

    private void SetBlock(BlockLimit block)
    {
        var all = new (string Old, string New, long? Value)[]
        {
            ("blkio.throttle.read_bps_device", "rbps", block.ReadBytes), ("blkio.throttle.write_bps_device", "wbps", block.WriteBytes),
            ("blkio.throttle.read_iops_device", "riops", block.ReadOperations), ("blkio.throttle.write_iops_device", "wiops", block.WriteOperations),
        };
        var given = all.Where(static one => one.Value is not null);
        if (IsV2)
        {
            // 0 takes the limit away, in version 1 by itself.
            Write("io", "io.max", $"{block.Device} {string.Join(' ', given.Select(one => $"{one.New}={(one.Value == 0 ? "max" : Text(one.Value!.Value))}"))}");
            return;
        }

        foreach (var (old, _, value) in given)
            Write("blkio", old, $"{block.Device} {Text(value!.Value)}");
    }
}
