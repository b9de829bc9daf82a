using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A QEMU that is stopped by a signal: nothing waits for it for ever, it can be turned off, and it may go on.</summary>
public sealed class SilentQemuTests
{
    [Fact]
    public async Task Whatever_is_wanted_of_it_is_a_typed_error_and_the_others_are_served()
    {
        await using var host = await TestHost.StartAsync();
        string[] names = ["bare", "disk", "memory", "merge", "save", "resume"];
        foreach (var name in names)
        {
            host.NewDisk(name);
            await host.WriteAsync(name, 1);
            host.Start(name);
        }

        host.Checkpoint("merge", "x", includeMemory: false);
        foreach (var name in names)
        {
            await SignalAsync(host, name, "STOP");
        }

        Task<VirtException>[] calls =
        [
            RefusedAsync(host, client => client.Invoke(Methods.SuspendVM, new SuspendVM { Name = "bare" })),
            RefusedAsync(host, client => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "disk", CheckpointName = "x", IncludeMemory = false })),
            RefusedAsync(host, client => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "memory", CheckpointName = "x" })),
            RefusedAsync(host, client => client.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = "merge", Name = "x" })),
            RefusedAsync(host, client => client.Invoke(Methods.SaveVM, new SaveVM { Name = "save" })),
        ];
        Assert.Equal(names.Length, host.Invoke(Methods.GetVM, new GetVM()).Items.Length);
        Assert.Equal(VMState.Running, host.Get("bare").State);
        foreach (var call in calls)
        {
            var error = await call.WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
            Assert.Equal((ErrorCode.Unavailable, "QemuSilent"), (error.Code, error.Id));
            Assert.StartsWith("Stop-VM -Name ", error.RecommendedAction);
        }

        // One goes on as if nothing had been; the others are turned off.
        await SignalAsync(host, "resume", "CONT");
        host.Invoke(Methods.SuspendVM, new SuspendVM { Name = "resume" });
        host.Invoke(Methods.ResumeVM, new ResumeVM { Name = "resume" });
        foreach (var name in names)
        {
            Assert.Equal((name, VMState.Stopped), (name, host.Stop(name, turnOff: true).State));
            Assert.Equal((name, ""), (name, host.CheckpointNames(name)));
            await host.CheckDiskAsync(host.Get(name).DiskPath);
            Assert.Equal((name, "1"), (name, await host.ReadAsync(host.Get(name).DiskPath)));
        }

        // And what was left of their disks' layers is merged with the next change.
        foreach (var name in names)
        {
            host.Checkpoint(name, "y");
            host.RemoveCheckpoint(name, "y");
        }

        Assert.Equal(string.Join('\n', names.Order(StringComparer.Ordinal).Select(static name => $"disks/{name}.qcow2")), host.Files());
    }

    [Fact]
    public async Task One_that_is_stopped_in_the_middle_of_a_checkpoint_loses_nothing()
    {
        await using var host = await TestHost.MakeAsync();
        string[] points = [CheckpointFaults.Saving, CheckpointFaults.NvramKept];
        host.Faults = string.Join(',', points.Select(static p => p + "=hold"));
        await host.StartAgentAsync();
        var made = host.New("web01");
        var sum = "";
        foreach (var point in points)
        {
            host.Boot("web01");
            if (sum.Length > 0)
            {
                Assert.Equal(sum, host.ReadFile("web01", "kept"));
            }

            sum = host.WriteFile("web01", "kept", 512);
            var call = RefusedAsync(host, static client => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "x" }));
            foreach (var passed in points.TakeWhile(p => p != point).Append(point))
            {
                await host.HeldAtAsync(passed);
                if (passed == point)
                {
                    await SignalAsync(host, "web01", "STOP");
                }

                host.Release(passed);
            }

            Assert.Equal((point, "QemuSilent"), (point, (await call.WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken)).Id));
            Assert.Equal((point, VMState.Stopped), (point, host.Stop("web01", turnOff: true).State));
            Assert.Equal((point, ""), (point, host.CheckpointNames("web01")));
            await host.CheckDiskAsync(host.Get("web01").DiskPath);
        }

        await host.StopAgentAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        Assert.Equal((made.DiskPath, "disks/web01.qcow2"), (host.Get("web01").DiskPath, host.Files()));
        await host.CheckDiskAsync(made.DiskPath);
        host.Boot("web01");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
    }

    [Fact]
    public async Task Who_waits_for_it_does_not_keep_it_from_being_turned_off()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("web01");
        host.Start("web01");
        await SignalAsync(host, "web01", "STOP");
        var call = RefusedAsync(host, static client => client.Invoke(Methods.SuspendVM, new SuspendVM { Name = "web01" }));
        Assert.Equal(VMState.Stopped, host.Stop("web01", turnOff: true).State);
        Assert.True((await call).Code is ErrorCode.Unavailable or ErrorCode.WrongState);
        host.Start("web01");
        Assert.Equal(VMState.Running, host.Get("web01").State);
    }

    [Fact]
    public async Task An_agent_that_comes_back_meanwhile_takes_it_up_when_it_goes_on()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("web01");
        var pid = host.Start("web01").ProcessId;
        await host.KillAgentAsync();
        await host.RunAsync("kill", "-STOP", $"{pid}");
        await host.StartAgentAsync();
        Assert.Equal((VMState.Running, "QEMU does not answer on its monitor.", pid), (host.Get("web01").State, host.Get("web01").Status, host.Get("web01").ProcessId));
        Assert.Equal("QemuSilent", host.Refused(Methods.SuspendVM, new SuspendVM { Name = "web01" }).Id);
        await host.RunAsync("kill", "-CONT", $"{pid}");
        await Poll.UntilAsync(() => host.Get("web01").Status.Length == 0, "the agent's connection to its QEMU");
        host.Invoke(Methods.SuspendVM, new SuspendVM { Name = "web01" });
        Assert.Equal((VMState.Paused, pid), (host.Get("web01").State, host.Get("web01").ProcessId));
    }

    private static Task<string> SignalAsync(TestHost host, string name, string signal) => host.RunAsync("kill", "-" + signal, $"{host.Get(name).ProcessId}");

    private static Task<VirtException> RefusedAsync(TestHost host, Action<VirtClient> act) => Task.Run(
        () =>
        {
            using var client = VirtClient.Connect(host.Endpoint, "tests/1");
            return Assert.Throws<VirtException>(() => act(client));
        },
        TestContext.Current.CancellationToken);
}
