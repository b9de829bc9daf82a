using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>The agent is ended between any two steps of a copy's life: each copy is whole or not there, the original runs on, and what copies stand on stays.</summary>
public sealed class CopyFaultTests
{
    [Fact]
    public async Task While_linked_copies_of_a_running_machine_are_made()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1, 2);
        var pid = host.Start("web01").ProcessId;

        // The layer's own steps too, as far as a checkpoint without memory takes them.
        string[] points = [.. CopyFaults.Linked, CheckpointFaults.Recorded, CheckpointFaults.Made, CheckpointFaults.Prepared, CheckpointFaults.Attached, CheckpointFaults.Switched, CheckpointFaults.NvramKept];
        foreach (var point in points)
        {
            await host.KillAtAsync(point, static client => client.Invoke(Methods.CopyVM, new CopyVM { Name = "web01", Count = 2 }));
            Assert.Equal((point, VMState.Running, pid, "12"), (point, host.Get("web01").State, host.Get("web01").ProcessId, await host.ReadAsync(host.Get("web01").DiskPath)));
            await CheckCopiesAsync(host, point);
            Assert.Equal((point, made.DiskPath), (point, host.Get("web01").DiskPath));
        }

        host.Stop("web01", turnOff: true);
        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("12", await host.ReadAsync(made.DiskPath));
    }

    [Fact]
    public async Task While_full_copies_are_made()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1, 2);
        foreach (var point in CopyFaults.Full)
        {
            await host.KillAtAsync(point, static client => client.Invoke(Methods.CopyVM, new CopyVM { Name = "web01", Count = 2, Full = true }));
            await CheckCopiesAsync(host, point);
            Assert.Equal((point, made.DiskPath), (point, host.Get("web01").DiskPath));
            await host.CheckDiskAsync(made.DiskPath);
        }
    }

    [Fact]
    public async Task While_a_linked_copy_is_removed_whose_disk_stays()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1, 2);
        foreach (var point in CopyFaults.Part)
        {
            var copy = Assert.Single(host.Copy("web01", "copy"));
            await host.KillAtAsync(point, static client => client.Invoke(Methods.RemoveVM, new RemoveVM { Name = "copy" }));
            Assert.Equal((point, "web01", made.DiskPath), (point, host.Machines(), host.Get("web01").DiskPath));
            Assert.Equal((point, "disks/copy.qcow2\ndisks/web01.qcow2", ""), (point, host.Files(), await host.BackingOfAsync(copy.DiskPath)));
            await host.CheckDiskAsync(copy.DiskPath);
            await host.CheckDiskAsync(made.DiskPath);
            Assert.Equal((point, "12", "12"), (point, await host.ReadAsync(copy.DiskPath), await host.ReadAsync(made.DiskPath)));
            File.Delete(copy.DiskPath);
        }
    }

    // Those that are there are whole; without them everything is as before.
    private static async Task CheckCopiesAsync(TestHost host, string point)
    {
        var copies = host.Machines().Split(' ').Where(static name => name != "web01").ToList();
        Assert.True(copies.Count == (point == CopyFaults.Made ? 1 : 0), $"after {point} there are {copies.Count}");
        foreach (var name in copies)
        {
            var copy = host.Get(name);
            Assert.Equal((point, VMState.Stopped), (point, copy.State));
            Assert.Contains("No errors were found", await host.RunAsync("qemu-img", "check", "-U", copy.DiskPath));
            Assert.Equal((point, "12"), (point, await host.ReadAsync(copy.DiskPath)));
            Assert.Equal((point, VMState.Running), (point, host.Start(name).State));
            host.Remove(name);
        }

        Assert.Equal((point, "disks/web01.qcow2"), (point, host.Files()));
    }
}
