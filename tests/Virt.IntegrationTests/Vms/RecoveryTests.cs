using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>The agent is killed at any moment and comes back: it finds what runs, and finishes or undoes what was half done.</summary>
public sealed class RecoveryTests
{
    // Spread over what the call takes; where in it a kill hits does not matter, for what must hold afterwards is the same.
    private static readonly double[] Moments = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55];

    [Fact]
    public async Task A_running_guest_is_found_again_with_its_agent_and_stops_in_order()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        var before = host.Boot("web01");
        host.Run("web01", "echo here > /run/mark");
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        var after = host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal((before.ProcessId, VMState.Running), (after.ProcessId, after.State));
        Assert.True(after.Uptime > before.Uptime);
        Assert.Equal("here", host.Run("web01", "cat /run/mark"));
        Assert.Equal(VMState.Stopped, host.Stop("web01").State);
    }

    [Fact]
    public async Task A_qemu_that_died_meanwhile_is_told_with_its_cause()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        var pid = host.Start("web01").ProcessId!.Value;
        await host.KillAgentAsync();
        await KillAsync(pid);
        await host.StartAgentAsync();

        // One that was killed takes a moment to end, and is found in it.
        var ended = host.Wait("web01", WaitCondition.Stopped);
        Assert.Equal((VMState.Failed, "QEMU was ended by signal 9."), (ended.State, ended.Status));
        Assert.Equal(VMState.Running, host.Start("web01").State);
    }

    [Fact]
    public async Task A_qemu_that_dies_under_the_agents_eyes_is_noticed()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        await KillAsync(host.Start("web01").ProcessId!.Value);
        var ended = host.Wait("web01", WaitCondition.Stopped);
        Assert.Equal((VMState.Failed, "QEMU was ended by signal 9.", null), (ended.State, ended.Status, ended.ProcessId));
    }

    [Fact]
    public async Task Without_its_keeper_a_machine_is_found_by_its_process()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        var pid = host.Start("web01").ProcessId!.Value;
        await host.KillAgentAsync();
        await KillAsync(ParentOf(pid));
        await host.StartAgentAsync();
        Assert.Equal((pid, VMState.Running), (host.Get("web01").ProcessId, host.Get("web01").State));
        Assert.Equal(VMState.Stopped, host.Stop("web01", turnOff: true).State);
    }

    [Fact]
    public async Task A_new_machine_is_there_whole_or_not_at_all()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var moment in Moments)
        {
            await KillDuringAsync(host, moment, static client => client.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", MemoryStartupBytes = Guest.Memory }));
            var machines = host.Invoke(Methods.GetVM, new GetVM()).Items;
            var disks = Path.Combine(host.StateFolder, "disks");
            if (machines.Length == 0)
            {
                Assert.Empty(Directory.Exists(disks) ? Directory.EnumerateFiles(disks) : []);
                var folders = Path.Combine(host.StateFolder, "vms");
                Assert.Empty(Directory.Exists(folders) ? Directory.EnumerateDirectories(folders) : []);
                continue;
            }

            Assert.Equal(VMState.Stopped, Assert.Single(machines).State);
            Assert.True(File.Exists(machines[0].DiskPath));
            host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", DeleteDisk = true });
        }
    }

    [Fact]
    public async Task A_start_that_was_cut_off_ends_in_a_machine_that_runs_or_does_not()
    {
        await using var host = await TestHost.StartAsync();
        var id = host.NewEmpty("web01").Id.ToString("D");
        foreach (var moment in Moments)
        {
            await KillDuringAsync(host, moment, static client => client.Invoke(Methods.StartVM, new StartVM { Name = "web01" }));
            var machine = host.Get("web01");
            var processes = TestHost.ProcessesOf(id);
            if (machine.State == VMState.Running)
            {
                Assert.Equal(machine.ProcessId, Assert.Single(processes));
                Assert.Equal(VMState.Stopped, host.Stop("web01", turnOff: true).State);
            }
            else
            {
                Assert.Equal(VMState.Stopped, machine.State);
                Assert.Empty(processes);
            }
        }
    }

    [Fact]
    public async Task A_removal_that_was_cut_off_is_finished_or_was_never_begun()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var moment in Moments)
        {
            var made = host.Invoke(Methods.GetVM, new GetVM()).Items.FirstOrDefault() ?? host.New("web01");
            await KillDuringAsync(host, moment, static client => client.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", DeleteDisk = true }));
            var left = host.Invoke(Methods.GetVM, new GetVM()).Items;
            Assert.Equal(left.Length == 1, File.Exists(made.DiskPath));
            Assert.Equal(left.Length, Directory.EnumerateDirectories(Path.Combine(host.StateFolder, "vms")).Count());
        }
    }

    // Kills the agent a moment after a call was sent, whose answer, if it comes, does not matter.
    private static async Task KillDuringAsync(TestHost host, double milliseconds, Action<VirtClient> call)
    {
        using var client = VirtClient.Connect(host.Endpoint, "tests/1");
        using var sent = new ManualResetEventSlim();
        var calling = Task.Run(() =>
        {
            sent.Set();
            try
            {
                call(client);
            }
            catch (VirtException e) when (e.Code == ErrorCode.Unavailable)
            {
                // The agent was killed first.
            }
        });
        sent.Wait(TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        SpinWait.SpinUntil(() => clock.Elapsed.TotalMilliseconds >= milliseconds);
        await host.KillAgentAsync();
        await calling;
        await host.StartAgentAsync();
    }

    private static async Task KillAsync(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
        await Poll.UntilAsync(() => !File.Exists($"/proc/{pid}/exe") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal), $"the end of process {pid}");
    }

    private static int ParentOf(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
