using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Checkpoints of a running guest: its disk and memory come back, its other checkpoints stay, and with the last its disk is one file again.</summary>
public sealed class CheckpointTests
{
    [Fact]
    public async Task A_running_guest_comes_back_with_its_disk_and_its_memory()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        host.Run("web01", "echo before > /run/mark");
        var checkpoint = host.Checkpoint("web01", "before");
        TestContext.Current.SendDiagnosticMessage($"pause {checkpoint.PauseDuration.TotalMilliseconds} ms, {checkpoint.SizeBytes >> 20} MiB");
        Assert.True(checkpoint is { HasMemory: true, IsCurrent: true, VMName: "web01", ParentName: "" });
        Assert.True(checkpoint.PauseDuration > TimeSpan.Zero);
        Assert.True(checkpoint.SizeBytes > 8 << 20, $"it takes {checkpoint.SizeBytes} bytes");
        Assert.Equal(VMState.Running, host.Get("web01").State);

        host.Run("web01", "echo after > /run/mark; rm /data/kept");
        host.WriteFile("web01", "late");
        Assert.Equal(VMState.Running, host.Restore("web01", "before").State);
        Assert.Equal("before", host.Run("web01", "cat /run/mark"));
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
        Assert.Equal("", host.Run("web01", "ls /data | grep late || true"));
        var guest = long.Parse(host.Run("web01", "date +%s"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(guest, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 5, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 5);
        Assert.Equal(WorkloadHealth.Healthy, host.Wait("web01", WaitCondition.Healthy).Health);

        // Again, and then for good.
        host.Restore("web01", "before");
        var second = host.WriteFile("web01", "second");
        Assert.Equal("before", host.RemoveCheckpoint("web01", "before").Name);
        Assert.Equal((sum, second), (host.ReadFile("web01", "kept"), host.ReadFile("web01", "second")));
        Assert.Equal(made.DiskPath, host.Get("web01").DiskPath);
        Assert.Equal(VMState.Running, host.Get("web01").State);
        Assert.Empty(host.GetCheckpoints("web01"));
        Assert.Equal("disks/web01.qcow2", host.Files());

        Assert.Equal(VMState.Stopped, host.Stop("web01").State);
        await host.CheckDiskAsync(made.DiskPath);
        host.Boot("web01");
        Assert.Equal((sum, second), (host.ReadFile("web01", "kept"), host.ReadFile("web01", "second")));
    }

    [Fact]
    public async Task Checkpoints_form_a_tree_and_each_of_them_can_be_gone_to()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var a = host.WriteFile("web01", "a");
        host.Checkpoint("web01", "a");
        var b = host.WriteFile("web01", "b");
        Assert.Equal("a", host.Checkpoint("web01", "b").ParentName);
        host.Restore("web01", "a");
        var c = host.WriteFile("web01", "c");
        var third = host.Checkpoint("web01", "c", includeMemory: false);
        Assert.Equal(("a", false), (third.ParentName, third.HasMemory));
        host.WriteFile("web01", "d");
        Assert.Equal("a b c", host.CheckpointNames("web01"));
        Assert.Equal("c", Assert.Single(host.GetCheckpoints("web01"), static c => c.IsCurrent).Name);

        host.Restore("web01", "b");
        Assert.Equal((a, b, "a b"), (host.ReadFile("web01", "a"), host.ReadFile("web01", "b"), Names(host)));
        Assert.Equal(VMState.Stopped, host.Restore("web01", "c").State);
        host.Boot("web01");
        Assert.Equal((a, c, "a c"), (host.ReadFile("web01", "a"), host.ReadFile("web01", "c"), Names(host)));

        // What several stand on stays, hidden, until one of them goes.
        host.RemoveCheckpoint("web01", "a");
        Assert.Equal("b c", host.CheckpointNames("web01"));
        Assert.Equal("", host.GetCheckpoints("web01")[0].ParentName);
        host.RemoveCheckpoint("web01", "b");
        Assert.Equal((a, c, "a c"), (host.ReadFile("web01", "a"), host.ReadFile("web01", "c"), Names(host)));
        host.Restore("web01", "c");
        await host.CheckDiskAsync(host.Get("web01").DiskPath);
        host.Boot("web01");
        var e = host.WriteFile("web01", "e");
        host.RemoveCheckpoint("web01", "c");
        Assert.Equal((a, c, e), (host.ReadFile("web01", "a"), host.ReadFile("web01", "c"), host.ReadFile("web01", "e")));
        host.Stop("web01");
        Assert.Equal((made.DiskPath, "disks/web01.qcow2"), (host.Get("web01").DiskPath, host.Files()));
        await host.CheckDiskAsync(made.DiskPath);

        static string Names(TestHost host) => host.Run("web01", "cd /data; echo $(ls | grep -v lost)");
    }

    [Fact]
    public async Task Layers_in_the_middle_are_merged_while_the_guest_runs_also_after_a_new_start()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        string[] names = ["a", "b", "c"];
        var sums = names.Select(name => (Sum: host.WriteFile("web01", name), Made: host.Checkpoint("web01", name)).Sum).ToList();
        host.RemoveCheckpoint("web01", "b");
        Assert.Equal("a", host.GetCheckpoints("web01")[1].ParentName);
        host.Stop("web01");
        await host.CheckDiskAsync(host.Get("web01").DiskPath);
        host.Boot("web01");
        host.RemoveCheckpoint("web01", "a");
        Assert.Equal(sums, names.Select(name => host.ReadFile("web01", name)));
        host.Restore("web01", "c");
        Assert.Equal(sums, names.Select(name => host.ReadFile("web01", name)));
        host.Checkpoint("web01", "d");
        host.Stop("web01");

        // Off, and with a restart of the agent in between.
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        host.RemoveCheckpoint("web01", "c");
        host.RemoveCheckpoint("web01", "d");
        Assert.Equal((made.DiskPath, "disks/web01.qcow2"), (host.Get("web01").DiskPath, host.Files()));
        await host.CheckDiskAsync(made.DiskPath);
        host.Boot("web01");
        Assert.Equal(sums, names.Select(name => host.ReadFile("web01", name)));
    }
}
