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

/// <summary>Where the disks are is no room left, before or in the middle: a typed error, and everything is as it was.</summary>
public sealed class FullPoolTests
{
    [Fact]
    public async Task While_a_checkpoint_is_made()
    {
        await using var host = await SmallAsync(CheckpointFaults.Recorded + "=hold");
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1, 2);
        foreach (var isRunning in new[] { false, true })
        {
            if (isRunning)
            {
                host.Start("web01");
            }

            var error = await WhileHeldAsync(host, CheckpointFaults.Recorded, static client => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "x", IncludeMemory = false }));
            Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), (error.Code, error.Id));
            Assert.Equal(("", "web01.qcow2", made.DiskPath), (host.CheckpointNames("web01"), await DisksAsync(host), host.Get("web01").DiskPath));

            // And before it is begun.
            await FillAsync(host);
            Assert.Equal("NoSpaceForCheckpoint", host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01" }).Id);
            await EmptyAsync(host);
        }

        Assert.Equal(VMState.Running, host.Get("web01").State);
        host.Stop("web01", turnOff: true);
        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("12", await host.ReadAsync(made.DiskPath));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_layers_are_merged(bool isRunning)
    {
        await using var host = await SmallAsync("");
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1, 2);
        host.Checkpoint("web01", "x");
        await host.WriteAsync("web01", 3, 4, 5);
        if (isRunning)
        {
            host.Start("web01");
        }

        await FillAsync(host);
        var error = host.Refused(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = "web01", Name = "x" });
        Assert.Equal((ErrorCode.ResourceExhausted, ""), (error.Code, host.CheckpointNames("web01")));
        var state = host.Get("web01").State;
        Assert.Equal(isRunning ? VMState.Running : VMState.Stopped, state);
        if (isRunning)
        {
            host.Stop("web01", turnOff: true);
        }

        Assert.Equal("12345", await host.ReadAsync(host.Get("web01").DiskPath));
        if (isRunning)
        {
            host.Start("web01");
        }

        // With the next change there is room.
        await EmptyAsync(host);
        host.Checkpoint("web01", "y", includeMemory: false);
        host.RemoveCheckpoint("web01", "y");
        Assert.Equal((made.DiskPath, "web01.qcow2"), (host.Get("web01").DiskPath, await DisksAsync(host)));
        if (isRunning)
        {
            host.Stop("web01", turnOff: true);
        }

        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("12345", await host.ReadAsync(made.DiskPath));
    }

    [Fact]
    public async Task While_a_copy_is_made()
    {
        await using var host = await SmallAsync(CopyFaults.Filled + "=hold");
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1, 2, 3);
        var error = await WhileHeldAsync(host, CopyFaults.Filled, static client => client.Invoke(Methods.CopyVM, new CopyVM { Name = "web01", NewName = "web02", Full = true }));
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), (error.Code, error.Id));
        Assert.Equal(("web01", "web01.qcow2", made.DiskPath), (host.Machines(), await DisksAsync(host), host.Get("web01").DiskPath));
        await FillAsync(host);
        Assert.Equal(ErrorCode.ResourceExhausted, host.Refused(Methods.CopyVM, new CopyVM { Name = "web01", Full = true }).Code);
        Assert.Equal(ErrorCode.ResourceExhausted, host.Refused(Methods.CopyVM, new CopyVM { Name = "web01" }).Code);
        await EmptyAsync(host);
        Assert.Equal(("web01", "web01.qcow2"), (host.Machines(), await DisksAsync(host)));
        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("123", await host.ReadAsync(made.DiskPath));
    }

    // The machines' disks are in a file system of their own, in the host's mount namespace.
    private static async Task<TestHost> SmallAsync(string faults)
    {
        var host = await TestHost.MakeAsync();
        var disks = Path.Combine(host.StateFolder, "disks");
        await host.RunAsync("mkdir", "-p", "-m", "700", host.StateFolder, disks);
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=160m,mode=700", "tmpfs", disks);
        host.Faults = faults;
        await host.StartAgentAsync();
        return host;
    }

    // What is left is less than a qcow2 image's head takes.
    private static Task<string> FillAsync(TestHost host) => host.RunAsync("sh", "-c", $"dd if=/dev/zero of='{host.StateFolder}/disks/fill' bs=64k status=none 2>/dev/null || true");

    private static Task<string> EmptyAsync(TestHost host) => host.RunAsync("rm", "-f", host.StateFolder + "/disks/fill");

    private static async Task<string> DisksAsync(TestHost host) =>
        string.Join(' ', (await host.RunAsync("ls", host.StateFolder + "/disks")).Split('\n').Where(static name => name.EndsWith(".qcow2", StringComparison.Ordinal) || name.EndsWith(".whole", StringComparison.Ordinal)));

    private static async Task<VirtException> WhileHeldAsync(TestHost host, string point, Action<VirtClient> act)
    {
        using var client = VirtClient.Connect(host.Endpoint, "tests/1");
        var call = Task.Run(() => Assert.Throws<VirtException>(() => act(client)), TestContext.Current.CancellationToken);
        await host.HeldAtAsync(point);
        await FillAsync(host);
        host.Release(point);
        var error = await call;
        await EmptyAsync(host);
        return error;
    }
}
