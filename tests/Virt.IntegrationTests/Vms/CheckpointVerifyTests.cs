using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A checkpoint that could not be gone back to does not come about, and how many stand on each other is limited.</summary>
public sealed class CheckpointVerifyTests
{
    [Fact]
    public async Task One_whose_memory_is_damaged_ends_as_before()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = CheckpointFaults.Flushed + "=hold";
        await host.StartAgentAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        var sum = host.WriteFile("web01", "kept", 256);
        var error = await WhileHeldAsync(host, async () => await host.RunAsync("truncate", "-s", "-100", MemoryFileOf(host, made)));
        Assert.StartsWith("Cannot checkpoint VM 'web01': the file of its memory is damaged (its end is missing)", error.Message);

        Assert.Equal(sum, host.ReadFile("web01", "kept"));
        host.Stop("web01");
        await host.CheckDiskAsync(made.DiskPath);

        async Task<VirtException> WhileHeldAsync(TestHost host, Func<Task> damage)
        {
            using var client = VirtClient.Connect(host.Endpoint, "tests/1");
            var call = Task.Run(() => Assert.Throws<VirtException>(() => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "x" })), TestContext.Current.CancellationToken);
            await host.HeldAtAsync(CheckpointFaults.Flushed);
            await damage();
            host.Release(CheckpointFaults.Flushed);
            var said = await call;
            Assert.Equal((ErrorCode.DataLoss, "CheckpointDamaged"), (said.Code, said.Id));
            Assert.Equal((VMState.Running, pid, made.DiskPath, "", "disks/web01.qcow2"), (host.Get("web01").State, host.Get("web01").ProcessId, host.Get("web01").DiskPath, host.CheckpointNames("web01"), host.Files()));
            return said;
        }
    }

    [Fact]
    public async Task Memory_that_was_damaged_later_is_found_before_anything_is_lost()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        host.Checkpoint("web01", "x");
        await host.RunAsync("truncate", "-s", "-1", MemoryFileOf(host, made));
        var error = host.Refused(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "x" });
        Assert.Equal((ErrorCode.DataLoss, "CheckpointDamaged"), (error.Code, error.Id));
        Assert.Equal((VMState.Running, pid), (host.Get("web01").State, host.Get("web01").ProcessId));

        // Its disk is there still.
        Assert.Contains("Copy-VM", error.RecommendedAction);
        Assert.Equal("web02", host.Invoke(Methods.CopyVM, new CopyVM { Name = "web01", NewName = "web02", CheckpointName = "x" }).Items.Single().Name);
    }

    [Fact]
    public async Task The_fifty_first_on_each_other_is_refused_and_the_oldest_named()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        for (var number = 1; number <= 50; number++)
        {
            host.Checkpoint("web01", $"c{number}");
        }

        await host.WriteAsync("web01", 2);
        var error = host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01" });
        Assert.Equal((ErrorCode.ResourceExhausted, "TooManyCheckpoints"), (error.Code, error.Id));
        Assert.Equal("Cannot checkpoint VM 'web01': 50 checkpoints stand on each other; at most 50 can, and the oldest of them is 'c1'.", error.Message);
        Assert.Equal("Remove-VMCheckpoint -VMName web01 -Name 'c1'", error.RecommendedAction);

        // One on another branch stands on fewer; and with the oldest gone there is room again.
        host.Start("web01");
        host.RemoveCheckpoint("web01", "c1");
        Assert.Equal("c51", host.Checkpoint("web01", "c51").Name);
        host.Restore("web01", "c2");
        Assert.Equal("c2", host.Checkpoint("web01", "branch").ParentName);
        host.Restore("web01", "c51");
        host.Stop("web01", turnOff: true);
        Assert.Equal("12", await host.ReadAsync(host.Get("web01").DiskPath));
        await host.CheckDiskAsync(host.Get("web01").DiskPath);
        foreach (var checkpoint in host.GetCheckpoints("web01"))
        {
            host.RemoveCheckpoint("web01", checkpoint.Name);
        }

        Assert.Equal((made.DiskPath, "disks/web01.qcow2", "12"), (host.Get("web01").DiskPath, host.Files(), await host.ReadAsync(made.DiskPath)));
    }

    private static string MemoryFileOf(TestHost host, VM machine) =>
        Assert.Single(Directory.EnumerateFiles(Path.Combine(host.StateFolder, "vms", machine.Id.ToString("N"), "checkpoints"), "memory*", SearchOption.AllDirectories));
}
