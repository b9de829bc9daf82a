using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>The agent is ended between any two steps of a checkpoint's life: afterwards the guest is as before or as after, and nothing is left over.</summary>
public sealed class CheckpointFaultTests
{
    [Fact]
    public async Task While_one_is_made_there_is_none_afterwards_and_the_guest_runs_on()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        var sum = host.WriteFile("web01", "kept");
        foreach (var point in CheckpointFaults.Create)
        {
            await host.KillAtAsync(point, static client => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "x" }));
            host.Wait("web01", WaitCondition.Healthy);
            Assert.Equal((point, "", pid, made.DiskPath), (point, host.CheckpointNames("web01"), host.Get("web01").ProcessId, host.Get("web01").DiskPath));
            Assert.Equal((point, "disks/web01.qcow2"), (point, host.Files()));
            Assert.Equal((point, sum), (point, host.ReadFile("web01", "kept")));
            sum = host.WriteFile("web01", "kept", 256);
        }

        // The way is free again.
        host.Checkpoint("web01", "x");
        host.RemoveCheckpoint("web01", "x");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
        host.Stop("web01");
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Fact]
    public async Task While_it_is_restored_that_is_finished()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        host.Run("web01", "echo before > /run/mark");
        host.Checkpoint("web01", "before");
        var files = host.Files().Split('\n').Length;
        foreach (var point in CheckpointFaults.Restore)
        {
            host.Run("web01", "echo after > /run/mark; rm /data/kept; sync");
            await host.KillAtAsync(point, static client => client.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "before" }));
            host.Wait("web01", WaitCondition.Healthy);
            Assert.Equal((point, "before", "before"), (point, host.CheckpointNames("web01"), host.Run("web01", "cat /run/mark")));
            Assert.Equal((point, files), (point, host.Files().Split('\n').Length));
            Assert.Equal((point, sum), (point, host.ReadFile("web01", "kept")));
        }

        host.Stop("web01");
        await host.CheckDiskAsync(host.Get("web01").DiskPath);
        host.RemoveCheckpoint("web01", "before");
        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("disks/web01.qcow2", host.Files());
    }

    [Fact]
    public async Task While_it_is_removed_from_under_a_running_guest_that_is_finished()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        foreach (var point in CheckpointFaults.Remove)
        {
            var below = host.WriteFile("web01", "below", 256);
            host.Checkpoint("web01", "x");
            var above = host.WriteFile("web01", "above", 256);
            await host.KillAtAsync(point, static client => client.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = "web01", Name = "x" }));
            host.Wait("web01", WaitCondition.Healthy);
            Assert.Equal((point, "", pid, made.DiskPath), (point, host.CheckpointNames("web01"), host.Get("web01").ProcessId, host.Get("web01").DiskPath));
            Assert.Equal((point, "disks/web01.qcow2"), (point, host.Files()));
            Assert.Equal((point, below, above), (point, host.ReadFile("web01", "below"), host.ReadFile("web01", "above")));
        }

        host.Stop("web01");
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Fact]
    public async Task While_one_in_the_middle_is_removed_running_or_off_that_is_finished()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var sums = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] points = [CheckpointFaults.FilesGone, CheckpointFaults.Merging, CheckpointFaults.Copied, CheckpointFaults.Unlinked];
        foreach (var point in points)
        {
            foreach (var name in new[] { "a", "b" })
            {
                sums[name] = host.WriteFile("web01", name, 256);
                host.Checkpoint("web01", name);
            }

            await host.KillAtAsync(point, static client => client.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = "web01", Name = "a" }));
            Assert.Equal((point, "b"), (point, host.CheckpointNames("web01")));
            host.Restore("web01", "b");
            Assert.All(sums, pair => Assert.Equal((point, pair.Value), (point, host.ReadFile("web01", pair.Key))));
            host.RemoveCheckpoint("web01", "b");
        }

        host.Stop("web01");
        foreach (var point in points.Where(static p => p != CheckpointFaults.Copied))
        {
            host.Checkpoint("web01", "off");
            await host.KillAtAsync(point, static client => client.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = "web01", Name = "off" }));
            Assert.Equal((point, "", made.DiskPath, "disks/web01.qcow2"), (point, host.CheckpointNames("web01"), host.Get("web01").DiskPath, host.Files()));
            await host.CheckDiskAsync(made.DiskPath);
        }

        host.Boot("web01");
        Assert.All(sums, pair => Assert.Equal(pair.Value, host.ReadFile("web01", pair.Key)));
    }
}
