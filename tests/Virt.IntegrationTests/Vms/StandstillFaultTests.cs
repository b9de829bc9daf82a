using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>The agent is ended between any two steps of what is done to the checkpoints of a machine that is Paused or Saved: afterwards it is so still, and nothing is lost or left over.</summary>
public sealed class StandstillFaultTests
{
    [Fact]
    public async Task While_one_is_made_of_a_machine_that_stands_still_there_is_none_afterwards_and_it_stands_still()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        var sum = host.WriteFile("web01", "kept");
        host.Run("web01", "echo mark > /run/mark");
        host.Suspend("web01");
        foreach (var point in CheckpointFaults.Create)
        {
            await host.KillAtAsync(point, static client => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "x" }));
            Assert.Equal((point, VMState.Paused, "", pid, made.DiskPath), (point, host.Get("web01").State, host.CheckpointNames("web01"), host.Get("web01").ProcessId, host.Get("web01").DiskPath));
            Assert.Equal((point, "disks/web01.qcow2"), (point, host.Files()));
        }

        // The way is free again.
        host.Checkpoint("web01", "x");
        host.RemoveCheckpoint("web01", "x");
        host.Resume("web01");
        Assert.Equal(("mark", sum), (host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));
        host.Stop("web01");
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Fact]
    public async Task While_one_is_removed_from_under_a_machine_that_stands_still_that_is_finished_and_it_stands_still()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        foreach (var point in CheckpointFaults.Remove)
        {
            host.Checkpoint("web01", "x");
            var sum = host.WriteFile("web01", "kept", 256);
            host.Suspend("web01");
            await host.KillAtAsync(point, static client => client.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = "web01", Name = "x" }));
            Assert.Equal((point, VMState.Paused, "", pid, made.DiskPath), (point, host.Get("web01").State, host.CheckpointNames("web01"), host.Get("web01").ProcessId, host.Get("web01").DiskPath));
            Assert.Equal((point, "disks/web01.qcow2"), (point, host.Files()));
            host.Resume("web01");
            Assert.Equal((point, sum), (point, host.ReadFile("web01", "kept")));
        }

        host.Stop("web01");
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Fact]
    public async Task While_it_is_brought_back_to_where_it_stood_still_that_is_finished()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        host.Run("web01", "echo before > /run/mark");
        host.Suspend("web01");
        host.Checkpoint("web01", "before");
        host.Resume("web01");
        var files = host.Files().Split('\n').Length;
        foreach (var point in CheckpointFaults.Restore)
        {
            host.Run("web01", "echo after > /run/mark; rm /data/kept; sync");
            await host.KillAtAsync(point, static client => client.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "before" }));
            Assert.Equal((point, VMState.Paused, files), (point, host.Get("web01").State, host.Files().Split('\n').Length));
            host.Resume("web01");
            host.Wait("web01", WaitCondition.Healthy);
            Assert.Equal((point, "before", sum), (point, host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));
        }
    }

    [Fact]
    public async Task While_one_is_made_of_a_saved_machine_there_is_none_afterwards_and_it_is_saved()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        host.Run("web01", "echo mark > /run/mark");
        host.Save("web01");
        var files = host.Files();
        foreach (var point in CheckpointFaults.CreateOfSaved)
        {
            await host.KillAtAsync(point, static client => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "x" }));
            Assert.Equal((point, VMState.Saved, "", made.DiskPath), (point, host.Get("web01").State, host.CheckpointNames("web01"), host.Get("web01").DiskPath));
            Assert.Equal((point, files), (point, host.Files()));
        }

        host.Start("web01");
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal(("mark", sum), (host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));
        host.Stop("web01");
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Theory]
    [InlineData(VMState.Running)]
    [InlineData(VMState.Paused)]
    [InlineData(VMState.Saved)]
    public async Task While_it_is_brought_back_to_where_it_was_saved_that_is_finished(VMState from)
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        host.Run("web01", "echo before > /run/mark");
        host.Save("web01");
        host.Checkpoint("web01", "before");
        var files = host.Files().Split('\n').Length;
        foreach (var point in CheckpointFaults.RestoreSaved)
        {
            host.Start("web01");
            host.Wait("web01", WaitCondition.Healthy);
            host.Run("web01", "echo after > /run/mark; rm /data/kept; sync");
            _ = from == VMState.Paused ? host.Suspend("web01") : from == VMState.Saved ? host.Save("web01") : null;
            await host.KillAtAsync(point, static client => client.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "before" }));
            Assert.Equal((point, VMState.Saved, "before", files), (point, host.Get("web01").State, host.CheckpointNames("web01"), host.Files().Split('\n').Length));
        }

        host.Start("web01");
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal(("before", sum), (host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));
    }
}
