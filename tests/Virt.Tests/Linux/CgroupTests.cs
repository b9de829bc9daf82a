using System;
using System.IO;
using System.Linq;
using Virt.Linux;
using Virt.Linux.Cgroups;
using Xunit;

namespace Virt.Tests.Linux;

/// <summary>Both interfaces, in folders that only look like them.</summary>
public sealed class CgroupTests : IDisposable
{
    private static readonly CgroupLimits Limits = new() { MemoryBytes = 64 << 20, CpuCount = 0.5, ProcessCount = 10 };
    private readonly string root = Directory.CreateTempSubdirectory("v-cgroup-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void On_v2_limits_are_written_to_one_folder()
    {
        var tree = V2();
        var cgroup = tree.Create("virt/web");
        Write("virt/web/memory.swap.max", "");
        cgroup.SetLimits(Limits);
        Assert.Equal(CgroupVersion.V2, tree.Version);
        Assert.Equal("67108864", Read("virt/web/memory.max"));
        Assert.Equal("0", Read("virt/web/memory.swap.max"));
        Assert.Equal("50000 100000", Read("virt/web/cpu.max"));
        Assert.Equal("10", Read("virt/web/pids.max"));
        Assert.StartsWith("+", Read("cgroup.subtree_control"), StringComparison.Ordinal);
        Assert.StartsWith("+", Read("virt/cgroup.subtree_control"), StringComparison.Ordinal);
    }

    [Fact]
    public void On_v1_limits_are_written_to_each_controllers_folder()
    {
        var tree = V1();
        var cgroup = tree.Create("virt/web");
        cgroup.SetLimits(Limits);
        Assert.Equal(CgroupVersion.V1, tree.Version);
        Assert.Equal(["memory", "pids", "cpu,cpuacct", "devices"], tree.HierarchyNames);
        Assert.Equal("67108864", Read("memory/virt/web/memory.limit_in_bytes"));
        Assert.Equal("50000", Read("cpu,cpuacct/virt/web/cpu.cfs_quota_us"));
        Assert.Equal("100000", Read("cpu,cpuacct/virt/web/cpu.cfs_period_us"));
        Assert.Equal("10", Read("pids/virt/web/pids.max"));
    }

    [Fact]
    public void What_was_given_and_is_not_any_more_is_taken_away()
    {
        var from = Limits with { CpuShares = 512, ReservedMemoryBytes = 1 << 20, BlockWeight = 50, Block = [new BlockLimit("8:0", 5, 6, null, null)] };
        var to = new CgroupLimits { MemoryBytes = 32 << 20, Block = [new BlockLimit("8:0", 9, null, null, null)] };
        V2().Create("virt/web").ChangeLimits(from, to);
        Assert.Equal(
            "33554432 0 max 100000 max 100 default 100 8:0 rbps=9 wbps=max",
            string.Join(' ', ((string[])["memory.max", "memory.low", "cpu.max", "pids.max", "cpu.weight", "io.weight", "io.max"]).Select(name => Read("virt/web/" + name))));
        V2().Create("virt/gone").ChangeLimits(from, new CgroupLimits());
        Assert.Equal("max 8:0 rbps=max wbps=max", $"{Read("virt/gone/memory.max")} {Read("virt/gone/io.max")}");
    }

    [Fact]
    public void On_v1_what_is_taken_away_has_other_words()
    {
        var from = Limits with { CpuShares = 512, ReservedMemoryBytes = 1 << 20, Block = [new BlockLimit("8:0", 5, 6, null, null)] };
        V1();
        Directory.CreateDirectory(Path.Combine(root, "blkio", "virt", "web"));
        new CgroupTree(root).Create("virt/web").ChangeLimits(from, new CgroupLimits { MemoryBytes = 32 << 20, Block = [new BlockLimit("8:0", 9, null, null, null)] });
        Assert.Equal(
            "-1 -1 max 1024 8:0 9 8:0 0",
            string.Join(' ', ((string[])["memory/virt/web/memory.soft_limit_in_bytes", "cpu,cpuacct/virt/web/cpu.cfs_quota_us", "pids/virt/web/pids.max", "cpu,cpuacct/virt/web/cpu.shares", "blkio/virt/web/blkio.throttle.read_bps_device", "blkio/virt/web/blkio.throttle.write_bps_device"]).Select(Read)));
    }

    [Fact]
    public void On_v1_devices_are_forbidden_before_some_are_allowed()
    {
        var cgroup = V1().Create("virt/web");
        cgroup.SetDevices(["c 1:3 rwm"]);
        Assert.Equal("a", Read("devices/virt/web/devices.deny"));
        Assert.Equal("c 1:3 rwm", Read("devices/virt/web/devices.allow"));
    }

    [Fact]
    public void An_inits_cgroups_are_where_a_version_2_is_else_where_its_name_is()
    {
        Assert.Equal(((string?)null, CgroupVersion.V1), Found(V1()));
        Directory.CreateDirectory(Path.Combine(root, "systemd"));
        Write("systemd/cgroup.procs", "");
        Assert.Equal((Path.Combine(root, "systemd"), CgroupVersion.V1), Found(new CgroupTree(root)));
        Directory.CreateDirectory(Path.Combine(root, "unified"));
        Write("unified/cgroup.controllers", "");
        var tree = new CgroupTree(root);
        Assert.Equal((Path.Combine(root, "unified"), CgroupVersion.V2), Found(tree));
        var cgroup = tree.Create("virt/web");
        Assert.False(Directory.Exists(Path.Combine(root, "unified/virt/web")));
        tree.CreateExtra(cgroup.Path, new CgroupLimits { IsDelegated = true }.Extra);
        Assert.True(Directory.Exists(Path.Combine(root, "unified/virt/web")));
        Write("cgroup.controllers", "memory pids");
        Assert.Equal((root, CgroupVersion.V2), Found(new CgroupTree(root)));

        static (string?, CgroupVersion) Found(CgroupTree tree) => (tree.Delegable, tree.DelegableVersion);
    }

    [Fact]
    public void A_limit_without_its_controller_is_an_error_and_not_ignored()
    {
        Directory.CreateDirectory(Path.Combine(root, "pids"));
        var error = Assert.Throws<LinuxException>(() => new CgroupTree(root).Create("virt/web").SetLimits(Limits));
        Assert.Contains("memory", error.Message);
    }

    [Fact]
    public void Usage_is_memory_without_the_cache_that_can_go_processes_and_kills()
    {
        var v2 = V2().Create("virt/web");
        Write("virt/web/memory.current", "1000\n");
        Write("virt/web/memory.stat", "anon 1\ninactive_file 300\n");
        Write("virt/web/memory.events", "low 0\noom 3\noom_kill 2\n");
        Write("virt/web/pids.current", "4\n");
        Assert.Equal(new CgroupUsage { MemoryBytes = 700, ProcessCount = 4, OutOfMemoryKills = 2 }, v2.ReadUsage());
    }

    [Fact]
    public void On_v1_the_same_comes_from_other_files()
    {
        var v1 = V1().Create("virt/web");
        Write("memory/virt/web/memory.usage_in_bytes", "1000\n");
        Write("memory/virt/web/memory.stat", "inactive_file 1\ntotal_inactive_file 300\n");
        Write("memory/virt/web/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        Write("pids/virt/web/pids.current", "4\n");
        Assert.Equal(new CgroupUsage { MemoryBytes = 700, ProcessCount = 4, OutOfMemoryKills = 1 }, v1.ReadUsage());
    }

    [Fact]
    public void What_uses_the_same_to_the_byte_is_asked_for_no_statistics_until_they_are_old()
    {
        var tree = V2();
        tree.Create("virt/web");
        Write("virt/web/memory.current", "1000\n");
        Write("virt/web/memory.stat", "anon 1\ninactive_file 300\n");
        using var memory = new CgroupMemory(tree, "virt");
        var first = memory.Read("web")!;
        Write("virt/web/memory.stat", "anon 1\ninactive_file 400\n");
        Assert.Same(first, memory.Read("web", first));
        Assert.Equal(600, memory.Read("web", first with { Timestamp = 0 })!.Bytes);
        Write("virt/web/memory.current", "1001\n");
        Assert.Equal(601, memory.Read("web", first)!.Bytes);
        Assert.Null(memory.Read("gone", first));
    }

    [Fact]
    public void What_is_gone_uses_nothing_and_is_removed_without_an_error()
    {
        var cgroup = V2().Open("virt/gone");
        Assert.Equal(new CgroupUsage(), cgroup.ReadUsage());
        Assert.True(cgroup.TryRemove());
        Assert.False(cgroup.Exists);
    }

    [Fact]
    public void On_v1_a_process_with_only_a_thread_in_it_is_not_in_it()
    {
        var cgroup = V1().Create("virt/web");
        Write("memory/virt/web/cgroup.procs", "10\n20\n");
        Write("memory/virt/web/tasks", "10\n11\n21\n");
        Assert.Equal([10], cgroup.ReadProcesses());
    }

    [Fact]
    public void Children_are_found_in_any_hierarchy_and_removed_from_all()
    {
        var tree = V1();
        tree.Create("virt/a");
        Directory.CreateDirectory(Path.Combine(root, "pids/virt/b"));
        Assert.Equal(["a", "b"], tree.Children("virt"));
        Assert.True(tree.Open("virt/a").TryRemove());
        Assert.True(tree.Open("virt/b").TryRemove());
        tree.RemoveParent("virt");
        Assert.False(Directory.Exists(Path.Combine(root, "memory/virt")));
    }

    private CgroupTree V2()
    {
        Write("cgroup.controllers", "cpuset cpu io memory pids\n");
        return new CgroupTree(root);
    }

    private CgroupTree V1()
    {
        foreach (var name in (string[])["memory", "pids", "cpu,cpuacct", "devices", "unified"])
        {
            Directory.CreateDirectory(Path.Combine(root, name));
        }

        File.CreateSymbolicLink(Path.Combine(root, "cpu"), Path.Combine(root, "cpu,cpuacct"));
        return new CgroupTree(root);
    }

    private void Write(string path, string text) => File.WriteAllText(Path.Combine(root, path), text);

    private string Read(string path) => File.ReadAllText(Path.Combine(root, path));
}
